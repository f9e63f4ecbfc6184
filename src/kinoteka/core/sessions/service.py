"""Begin and end sessions: sign-up, sign-in and sign-out.

Public operations: sign_up, sign_in, sign_out, end, end_all, get, rotate, prune.
"""

import secrets
from collections.abc import Callable, Collection, Sequence
from functools import partial

from msgspec.structs import replace

from kinoteka.core.access.model import Actor
from kinoteka.core.access.service import Access
from kinoteka.core.accounts.locks import queue_lock, require_unchanged
from kinoteka.core.accounts.model import Account, Credentials, NewAccount
from kinoteka.core.accounts.passwords import normalize_password
from kinoteka.core.accounts.service import Accounts
from kinoteka.core.rate_limits import Attempt
from kinoteka.core.sessions import queries
from kinoteka.core.sessions.actors import Actors, token_hash
from kinoteka.core.sessions.guess_limits import GuessLimits, name_hash
from kinoteka.core.sessions.known_devices import KnownDevices
from kinoteka.core.sessions.model import USER_AGENT_MAX_LENGTH, Session, SignInResult, Visit
from kinoteka.core.sessions.sign_in_history import SignInHistory
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Conflict, Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.security_events import SecurityEvent, report
from kinoteka.infrastructure.settings import Settings

SIGN_IN_FAILURES = frozenset({Code.ACCOUNT_UNKNOWN, Code.PASSWORD_WRONG, Code.ACCOUNT_DISABLED})


class Sessions:
    """The sessions, shared by all contracts."""

    def __init__(
        self,
        settings: Settings,
        keyring: Keyring,
        revisions: Revisions,
        limits: GuessLimits,
        devices: KnownDevices,
        access: Access,
        accounts: Accounts,
        actors: Actors,
        history: SignInHistory,
    ) -> None:
        self._idle_timeout = settings.session_idle_days * DAY
        self._lifetime = settings.session_lifetime_days * DAY
        self._hide_unknown = settings.hide_unknown_accounts
        self._keyring = keyring
        self._revisions = revisions
        self._limits = limits
        self._devices = devices
        self._access = access
        self._accounts = accounts
        self._actors = actors
        self._history = history
        self._ended_listeners: list[Callable[[int], None]] = []

    def on_end(self, listener: Callable[[int], None]) -> None:
        """Call `listener` with the id of each session that ends, to close its sockets."""
        self._ended_listeners.append(listener)

    async def sign_up(
        self, actor: Actor, unit: Unit, visit: Visit, new: NewAccount
    ) -> SignInResult:
        """Create an account and begin its first session. End the actor's current session.

        Raises:
            DomainError(...): see `Accounts.create`.
        """
        account = await self._accounts.create(unit, new, visit.address)
        credentials = await self._accounts.get_credentials(unit, account.id)
        if credentials is None:
            raise DomainError(Code.ACCOUNT_UNKNOWN)
        new_actor = await self._access.actor_of(unit, account.id, None, superuser=account.superuser)
        return await self._begin(actor, unit, visit, account, credentials, new_actor)

    async def sign_in(
        self, actor: Actor, unit: Unit, visit: Visit, identifier: str, password: str
    ) -> SignInResult:
        """Begin a session, and end the actor's current one. `identifier` is a username or an email.

        Raises:
            DomainError(ACCOUNT_UNKNOWN): the account does not exist. This takes as long as
                PASSWORD_WRONG, which is raised instead if the setting hides unknown accounts.
            DomainError(PASSWORD_WRONG)
            DomainError(ACCOUNT_DISABLED): the account is disabled and the password is correct.
            DomainError(THROTTLED): too many failures (see `GuessLimits`).
            DomainError(BUSY): too many passwords are waiting to be hashed.
        """
        identifier = identifier.strip()
        credentials = await self._accounts.find_credentials(unit, identifier)
        visit = await self._check_token_owner(unit, visit)
        try:
            async with self._limits.sign_in(visit, identifier, credentials) as attempt:
                verified = await self._check(unit, visit, attempt, credentials, password)
            return await self._enter(actor, unit, visit, verified, password)
        except DomainError as error:
            if error.code in SIGN_IN_FAILURES:
                self._report_failure(identifier, credentials, error)
            raise

    async def sign_out(self, actor: Actor, unit: Unit, others: Collection[int] = ()) -> None:
        """End the actor's session and the `others` that the request identifies.

        Raises:
            DomainError(UNAUTHORIZED): there is no session to end.
        """
        current = () if actor.session_id is None else (actor.session_id,)
        if not current and not others:
            raise DomainError(Code.UNAUTHORIZED)
        await self._end(unit, sorted({*current, *others}))

    async def end(self, unit: Unit, session_id: int) -> None:
        """End a session of any account."""
        await self._end(unit, [session_id])

    async def end_all(self, unit: Unit, account_id: int, *, except_id: int | None = None) -> int:
        """End all sessions of an account, except the one with `except_id`. Return how many."""
        await unit.queue(queries.LOCK_ALL, account_id=account_id)
        ended = await unit.all(queries.END_ALL, account_id=account_id, except_id=except_id or 0)
        await self._invalidate(unit, [session_id for (session_id,) in ended])
        return len(ended)

    async def get(self, unit: Unit, session_id: int) -> Session | None:
        """Return the session as stored, if it is active."""
        session = await unit.first(queries.BY_ID, session_id=session_id)
        if session is None or not session.is_active(self._idle_timeout, now()):
            return None
        return session

    async def rotate(self, unit: Unit, session_id: int, generation: int) -> bool:
        """Increase the generation of the refresh token, and commit.

        False: another request has done so, or the session is over.
        """
        changed = await unit.commit_with(
            queries.ROTATE, session_id=session_id, generation=generation, at=now()
        )
        return bool(changed)

    async def prune(self, unit: Unit) -> int:
        """Delete expired sessions. Return how many."""
        at = now()
        parameters = {"at": at, "idle_since": at - self._idle_timeout}
        await unit.queue(queries.LOCK_EXPIRED, **parameters)
        ended = await unit.all(queries.PRUNE, **parameters)
        if ended:
            await self._invalidate(unit, [session_id for (session_id,) in ended])
        return len(ended)

    def _report_failure(
        self, identifier: str, credentials: Credentials | None, error: DomainError
    ) -> None:
        name = name_hash(self._keyring, identifier)
        if credentials is None:
            report(SecurityEvent.SIGN_IN_UNKNOWN_NAME, name=name)
        else:
            account_id = credentials.account_id
            report(SecurityEvent.SIGN_IN_FAILED, name=name, account=account_id, reason=error.code)

    async def _check_token_owner(self, unit: Unit, visit: Visit) -> Visit:
        """Return the visit with the state of the session of its access token."""
        owner = visit.token_owner
        if owner is None:
            return visit
        session = await self.get(unit, owner.session_id)
        has_session = session is not None and session.account_id == owner.account_id
        return replace(visit, token_owner=replace(owner, has_session=has_session))

    async def _check(
        self,
        unit: Unit,
        visit: Visit,
        attempt: Attempt,
        credentials: Credentials | None,
        password: str,
    ) -> Credentials:
        stored = credentials.password_hash if credentials else None
        is_correct = await self._accounts.hashing.verify(password, stored)
        if credentials is not None and is_correct:
            return credentials
        attempt.fail()
        if credentials is None:
            raise DomainError(Code.PASSWORD_WRONG if self._hide_unknown else Code.ACCOUNT_UNKNOWN)
        await self._record_failure(unit, visit, credentials)
        raise DomainError(Code.PASSWORD_WRONG, commits_changes=True)

    async def _record_failure(self, unit: Unit, visit: Visit, credentials: Credentials) -> None:
        await queue_lock(unit, credentials.account_id)
        await self._history.record(unit, visit, credentials.account_id, success=False)

    async def _enter(
        self, actor: Actor, unit: Unit, visit: Visit, verified: Credentials, password: str
    ) -> SignInResult:
        hashing = self._accounts.hashing
        new_hash = None
        if hashing.is_outdated(verified.password_hash):
            new_hash = await hashing.hash(normalize_password(password))
        account = await self._enabled_account(unit, visit, verified)
        new_actor = await self._access.actor_of(unit, account.id, None, superuser=account.superuser)
        # The password may have changed during the verification. The lock prevents further changes.
        await require_unchanged(unit, verified)
        if new_hash is not None:
            await self._accounts.set_password(unit, account.id, new_hash)
        current = Credentials(account.id, new_hash or verified.password_hash)
        try:
            return await self._begin(actor, unit, visit, account, current, new_actor)
        except DomainError as error:
            await unit.rollback()
            if error.code is Code.PASSWORD_WRONG:  # or the account was disabled meanwhile
                stored = await self._accounts.get_credentials(unit, account.id)
                if stored == verified:
                    await self._enabled_account(unit, visit, verified)
            raise

    async def _enabled_account(self, unit: Unit, visit: Visit, verified: Credentials) -> Account:
        account = await self._accounts.find_stored(unit, verified.account_id)
        if account is None:
            raise DomainError(Code.PASSWORD_WRONG)
        if account.disabled_at is not None:
            await self._record_failure(unit, visit, verified)
            raise DomainError(Code.ACCOUNT_DISABLED, commits_changes=True)
        return account

    async def _begin(
        self,
        actor: Actor,
        unit: Unit,
        visit: Visit,
        account: Account,
        credentials: Credentials,
        new_actor: Actor,
    ) -> SignInResult:
        """Begin a session and commit, so that a sign-in switches to the writer only once."""
        if actor.session_id is not None:
            await self.end(unit, actor.session_id)
        at, token = now(), secrets.token_urlsafe(32)
        row = {
            "account_id": account.id,
            "token_hash": token_hash(self._keyring, token),
            "refresh_seed": secrets.token_hex(16),
            "refresh_generation": 1,
            "refreshed_at": at,
            "created_at": at,
            "last_seen_at": at,
            "expires_at": at + self._lifetime,
            "address": visit.address,
            "user_agent": visit.user_agent[:USER_AGENT_MAX_LENGTH],
            "method": visit.method,
            "proved_at": at,
            "began_by": visit.method,
        }
        device = self._devices.issue(visit, credentials)
        await self._history.record(unit, visit, account.id, success=True)
        unit.after_commit(partial(report, SecurityEvent.SIGNED_IN, account=account.id))
        try:
            [(session_id,)] = await unit.commit_with(queries.INSERT, **row)
        except Conflict:
            raise DomainError(Code.ACCOUNT_UNKNOWN) from None
        session = Session(
            session_id,
            account.id,
            account.superuser,
            str(row["refresh_seed"]),
            1,
            at,
            at,
            at + self._lifetime,
            at,
            visit.method,
        )
        new_actor = replace(new_actor, session_id=session_id)
        return SignInResult(session, token, account, new_actor, device)

    async def _end(self, unit: Unit, session_ids: Sequence[int]) -> None:
        for session_id in session_ids:
            await unit.queue(queries.END, session_id=session_id)
        await self._invalidate(unit, session_ids)

    async def _invalidate(self, unit: Unit, session_ids: Sequence[int]) -> None:
        await self._revisions.increase(unit, "sessions", session_ids)
        for session_id in session_ids:
            unit.after_commit(partial(self._notify_end, session_id))

    def _notify_end(self, session_id: int) -> None:
        self._actors.invalidate(session_id)
        for listener in self._ended_listeners:
            listener(session_id)
