"""Sessions: how somebody comes in, stays known, and leaves.

Public operations: sign_up, sign_in, sign_out, end, change_password, change_credentials,
reset_password, delete_account, actor_by_token, actor_by_id, get, rotate, history, prune,
store_last_seen.

A session is looked up once and then cached; revocation is what travels.
"""

import secrets
from collections.abc import Callable

from kinoteka.config import Settings
from kinoteka.core.access.model import Actor
from kinoteka.core.access.service import Access
from kinoteka.core.accounts.model import Account, Credentials, NewAccount
from kinoteka.core.accounts.passwords import check_password, normal_password
from kinoteka.core.accounts.service import Accounts
from kinoteka.core.sessions import queries
from kinoteka.core.sessions.cache import SessionCache
from kinoteka.core.sessions.model import CachedSession, History, Session, Started, Visit
from kinoteka.core.throttle import Attempt, Throttle
from kinoteka.errors import Code, DomainError
from kinoteka.storage.clock import now
from kinoteka.storage.keys import Keyring
from kinoteka.storage.revisions import Revisions
from kinoteka.storage.unit import Conflict, Unit

DAY = 24 * 60 * 60 * 1000
SEEN_STEP = 60 * 1000
USER_AGENT_LONGEST = 300


class Sessions:
    """The one set of sessions; what ends here has ended in every contract."""

    def __init__(
        self,
        settings: Settings,
        keyring: Keyring,
        revisions: Revisions,
        throttle: Throttle,
        access: Access,
        accounts: Accounts,
    ) -> None:
        self._idle = settings.session_idle_days * DAY
        self._lifetime = settings.session_lifetime_days * DAY
        self._sign_in_limit = settings.sign_in_limit
        self._hide_unknown = settings.hide_unknown_accounts
        self._keyring = keyring
        self._revisions = revisions
        self._throttle = throttle
        self._access = access
        self._accounts = accounts
        self._cache = SessionCache()
        self._ended_listeners: list[Callable[[int], None]] = []
        revisions.on_foreign_change("sessions", self._cache.clear)
        access.on_change(self._grants_changed)

    def on_end(self, listener: Callable[[int], None]) -> None:
        """Call `listener` with the id of a session that has ended (to close its sockets)."""
        self._ended_listeners.append(listener)

    async def sign_up(self, actor: Actor, unit: Unit, visit: Visit, new: NewAccount) -> Started:
        """Make an account and begin its first session.

        A session that asks ends, as with `sign_in`. Raises what `Accounts.create` raises.
        """
        account = await self._accounts.create(unit, new, visit.address)
        return await self._begin(actor, unit, visit, account)

    async def sign_in(
        self, actor: Actor, unit: Unit, visit: Visit, identifier: str, password: str
    ) -> Started:
        """Begin a session; the one that asks, if any, ends.

        `identifier` is a username or an e-mail address.

        Raises:
            DomainError(ACCOUNT_UNKNOWN): there is no such account; found out as slowly as
                PASSWORD_WRONG, and told as that where the setting hides unknown accounts.
            DomainError(PASSWORD_WRONG)
            DomainError(THROTTLED): too many failures for the account or from the address.
            DomainError(BUSY): too many passwords are being checked.
        """
        credentials = await self._accounts.credentials(unit, identifier)
        whose = f"id:{credentials.account_id}" if credentials else f"name:{identifier.casefold()}"
        who = (whose[:320], visit.address)
        async with self._throttle.attempt("sign_in", self._sign_in_limit, who) as attempt:
            checked = await self._check(unit, visit, attempt, credentials, password)
        return await self._enter(actor, unit, visit, checked, password)

    async def sign_out(self, actor: Actor, unit: Unit) -> None:
        """End the session that asks.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        await self.end(unit, actor.require_session())

    async def end(self, unit: Unit, session_id: int) -> None:
        """End a session, whoever's it is."""
        await unit.run(queries.END, session_id=session_id)
        await self._revisions.increase(unit, "sessions")
        unit.after_commit(lambda: self._forget(session_id))

    async def change_password(self, actor: Actor, unit: Unit, present: str, new: str) -> Account:
        """Change one's own password, knowing the present one; every other session ends.

        Raises:
            DomainError(UNAUTHORIZED, PASSWORD_WRONG, PASSWORD_INVALID, THROTTLED, BUSY)
        """
        account_id = actor.require_account()
        limit = self._sign_in_limit
        async with self._throttle.attempt("password", limit, _asking(actor)) as attempt:
            credentials = await self._accounts.credentials_by_id(unit, account_id)
            stored = credentials.password_hash if credentials else None
            if not await self._accounts.hashing.verify(present, stored):
                attempt.fail()
                raise DomainError(Code.PASSWORD_WRONG)
        await self.reset_password(unit, account_id, new, kept=actor.session_id)
        return await self._accounts.get(unit, account_id)

    async def change_credentials(
        self, actor: Actor, unit: Unit, account_id: int, login: str | None, password: str | None
    ) -> Account:
        """Give an account another login, another password, or both; None leaves as it is.

        The account itself may, and a superuser. With the password every session of the account
        ends but the one that asks.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN, PASSWORD_INVALID, BUSY)
            DomainError(THROTTLED): whoever asks has too many passwords hashed at once.
            DomainError(USERNAME_INVALID, EMAIL_INVALID, USERNAME_TAKEN, EMAIL_TAKEN)
        """
        actor.require_self(account_id)
        account = await self._accounts.get(unit, account_id)
        if password is not None:  # first, because hashing would keep other writers waiting
            async with self._throttle.attempt("password", self._sign_in_limit, _asking(actor)):
                await self.reset_password(unit, account_id, password, kept=actor.session_id)
        if login is not None:
            account = await self._accounts.change_login(actor, unit, account_id, login)
        return account

    async def reset_password(
        self, unit: Unit, account_id: int, new: str, *, kept: int | None = None
    ) -> None:
        """Give an account a new password, as an operator at the console may.

        Every session of the account ends but the one `kept`.

        Raises:
            DomainError(PASSWORD_INVALID, BUSY)
        """
        password_hash = await self._accounts.hashing.hash(check_password(new))
        await self._accounts.set_password(unit, account_id, password_hash)
        await self._end_others(unit, account_id, kept)

    async def delete_account(self, actor: Actor, unit: Unit) -> Account:
        """Delete one's own account and end all its sessions; what it was.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        await self._end_others(unit, actor.require_account(), None)
        return await self._accounts.delete(actor, unit)

    async def actor_by_token(self, unit: Unit, token: str) -> Actor | None:
        """Whose cookie this is; None where its session has ended or never was."""
        cached = self._cache.get_by_token(token)
        if cached is None:
            session = await unit.first(queries.BY_TOKEN, hash=self._hash(token))
            cached = await self._enter_cache(unit, session, token)
        return self._see(cached)

    async def actor_by_id(self, unit: Unit, session_id: int) -> Actor | None:
        """Whose session this is; None where it has ended or never was."""
        cached = self._cache.get(session_id)
        if cached is None:
            session = await unit.first(queries.BY_ID, session_id=session_id)
            cached = await self._enter_cache(unit, session, None)
        return self._see(cached)

    async def get(self, unit: Unit, session_id: int) -> Session | None:
        """The session as stored, if it lasts."""
        session = await unit.first(queries.BY_ID, session_id=session_id)
        return session if session is not None and self._lasts(session) else None

    async def rotate(self, unit: Unit, session_id: int, generation: int) -> bool:
        """Move the refresh token on by one; False where another request has just done so."""
        changed = await unit.run(
            queries.ROTATE, session_id=session_id, generation=generation, at=now()
        )
        return changed == 1

    async def history(self, actor: Actor, unit: Unit, page: int) -> History:
        """One's own sign-ins, newest first, 20 to a page from 1.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        account_id = actor.require_account()
        counted = await unit.first(queries.HISTORY_COUNT, account_id=account_id)
        total = counted[0] if counted else 0
        skipped = (page - 1) * queries.HISTORY_PAGE
        items = (
            await unit.all(queries.HISTORY, account_id=account_id, skipped=skipped)
            if skipped < total
            else []
        )
        return History(items, page, -(-total // queries.HISTORY_PAGE), total)

    async def prune(self, unit: Unit) -> int:
        """Delete the sessions that have expired; how many."""
        at = now()
        ended = await unit.all(queries.PRUNE, at=at, idle_since=at - self._idle)
        if ended:
            await self._revisions.increase(unit, "sessions")
        for (session_id,) in ended:
            unit.after_commit(lambda session_id=session_id: self._forget(session_id))  # type: ignore[misc]
        return len(ended)

    async def store_last_seen(self, unit: Unit) -> None:
        """Write down when the sessions in use were last seen; done now and then, not each time."""
        used = (
            cached for cached in self._cache.values() if cached.last_seen_at > cached.stored_seen_at
        )
        stale = [(cached, cached.last_seen_at) for cached in used]
        if not stale:
            return
        rows = [{"session_id": cached.actor.session_id, "at": at} for cached, at in stale]
        await unit.run_many(queries.SEEN, rows)

        def note() -> None:
            for cached, at in stale:
                cached.stored_seen_at = at

        unit.after_commit(note)

    async def _check(
        self,
        unit: Unit,
        visit: Visit,
        attempt: Attempt,
        credentials: Credentials | None,
        password: str,
    ) -> Credentials:
        stored = credentials.password_hash if credentials else None
        right = await self._accounts.hashing.verify(password, stored)
        if credentials is not None and right:
            return credentials
        attempt.fail()
        if credentials is None:
            raise DomainError(Code.PASSWORD_WRONG if self._hide_unknown else Code.ACCOUNT_UNKNOWN)
        await self._record(unit, visit, credentials.account_id, success=False)
        raise DomainError(Code.PASSWORD_WRONG, keeps_changes=True)

    async def _enter(
        self, actor: Actor, unit: Unit, visit: Visit, checked: Credentials, password: str
    ) -> Started:
        hashing = self._accounts.hashing
        newer = None
        if hashing.is_outdated(checked.password_hash):
            newer = await hashing.hash(normal_password(password))
        account = await self._accounts.get(unit, checked.account_id)
        started = await self._begin(actor, unit, visit, account)
        # The password may have been changed while it was being checked.
        present = await self._accounts.credentials_by_id(unit, account.id)
        if present is None or present.password_hash != checked.password_hash:
            raise DomainError(Code.PASSWORD_WRONG)
        if newer is not None:
            await self._accounts.set_password(unit, account.id, newer)
        return started

    async def _begin(self, actor: Actor, unit: Unit, visit: Visit, account: Account) -> Started:
        if actor.session_id is not None:
            await self.end(unit, actor.session_id)
        at, token = now(), secrets.token_urlsafe(32)
        row = {
            "account_id": account.id,
            "token_hash": self._hash(token),
            "refresh_seed": secrets.token_hex(16),
            "refresh_generation": 1,
            "refreshed_at": at,
            "created_at": at,
            "last_seen_at": at,
            "expires_at": at + self._lifetime,
            "address": visit.address,
            "user_agent": visit.user_agent[:USER_AGENT_LONGEST],
            "method": visit.method,
        }
        try:
            inserted = await unit.first(queries.INSERT, **row)
        except Conflict:
            raise DomainError(Code.ACCOUNT_UNKNOWN) from None
        await self._record(unit, visit, account.id, success=True)
        session_id = inserted[0] if inserted else 0
        session = Session(
            session_id,
            account.id,
            account.superuser,
            str(row["refresh_seed"]),
            1,
            at,
            at,
            at + self._lifetime,
        )
        entering = await self._access.actor_of(
            unit, account.id, session_id, superuser=account.superuser
        )
        return Started(session, token, account, entering)

    async def _record(self, unit: Unit, visit: Visit, account_id: int, *, success: bool) -> None:
        await unit.run(
            queries.RECORD,
            account_id=account_id,
            at=now(),
            address=visit.address,
            user_agent=visit.user_agent[:USER_AGENT_LONGEST],
            method=visit.method,
            success=success,
        )
        await unit.run(queries.FORGET_OLD, account_id=account_id)

    async def _end_others(self, unit: Unit, account_id: int, kept: int | None) -> None:
        ended = await unit.all(queries.END_OTHERS, account_id=account_id, kept=kept or 0)
        await self._revisions.increase(unit, "sessions")
        for (session_id,) in ended:
            unit.after_commit(lambda session_id=session_id: self._forget(session_id))  # type: ignore[misc]

    async def _enter_cache(
        self, unit: Unit, session: Session | None, token: str | None
    ) -> CachedSession | None:
        if session is None or not self._lasts(session):
            return None
        actor = await self._access.actor_of(
            unit, session.account_id, session.id, superuser=session.superuser
        )
        seen = session.last_seen_at
        dead_at = min(session.expires_at, seen + self._idle)
        cached = CachedSession(actor, dead_at, session.expires_at, seen, seen)
        self._cache.set(cached, token)
        return cached

    def _lasts(self, session: Session) -> bool:
        return now() < min(session.expires_at, session.last_seen_at + self._idle)

    def _see(self, cached: CachedSession | None) -> Actor | None:
        if cached is None:
            return None
        at = now()
        if at >= cached.dead_at:
            return None
        if at - cached.last_seen_at > SEEN_STEP:
            cached.last_seen_at = at
            cached.dead_at = min(cached.expires_at, at + self._idle)
        return cached.actor

    def _hash(self, token: str) -> str:
        return self._keyring.mac("session", token)

    def _forget(self, session_id: int) -> None:
        self._cache.drop(session_id)
        for listener in self._ended_listeners:
            listener(session_id)

    def _grants_changed(self, account_id: int | None) -> None:
        if account_id is None:
            self._cache.clear()
        else:
            self._cache.drop_account(account_id)


def _asking(actor: Actor) -> tuple[str]:
    return (f"password:{actor.require_account()}",)
