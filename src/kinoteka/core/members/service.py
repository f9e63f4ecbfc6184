"""Members: the accounts as operators list and manage them.

Public operations: page, get, count_disabled, sessions, sign_ins, end_session, end_sessions,
disable, enable.

Every operation requires `accounts.manage`, and every change is recorded in the audit log. Only
superusers may change superusers, and no account can disable itself, so at least one superuser can
always sign in.
"""

from msgspec.structs import replace

from kinoteka.core.access.model import ROLES_MANAGE, Actor
from kinoteka.core.accounts.model import Account
from kinoteka.core.accounts.service import Accounts
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.core.members import queries
from kinoteka.core.members.model import (
    ACCOUNTS_MANAGE,
    MemberPage,
    MemberQuery,
    MemberSessions,
)
from kinoteka.core.members.search import search_accounts
from kinoteka.core.rate_limits import Throttle
from kinoteka.core.sessions import queries as session_queries
from kinoteka.core.sessions.actors import Actors
from kinoteka.core.sessions.model import OwnSession, SignIn
from kinoteka.core.sessions.service import Sessions
from kinoteka.core.text import clean_public_text, clean_text
from kinoteka.database.interface import Reader
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.settings import Settings

PAGE = 50
TEXT_MAX_LENGTH = 320
REASON_MAX_LENGTH = 500
MAX_ID = 2**63 - 1


class Members:
    """Lists, searches, disables and enables accounts, and ends their sessions."""

    def __init__(
        self,
        settings: Settings,
        throttle: Throttle,
        accounts: Accounts,
        actors: Actors,
        sessions: Sessions,
    ) -> None:
        self._idle_timeout = settings.session_idle_days * DAY
        self._search_limit = settings.search_limit
        self._throttle = throttle
        self._accounts = accounts
        self._actors = actors
        self._sessions = sessions

    async def page(self, actor: Actor, unit: Unit, query: MemberQuery) -> MemberPage:
        """Return a page of the accounts that match the query.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FIELD_INVALID, THROTTLED)
        """
        actor.require(ACCOUNTS_MANAGE)
        text = clean_text(query.text, "q", TEXT_MAX_LENGTH)
        if text:
            await self._throttle.hit("user_search", self._search_limit, _throttle_key(actor))
            found = await unit.read_in_thread(
                lambda reader: search_accounts(reader, text, PAGE + 1)
            )
            return MemberPage(found[:PAGE], is_truncated=len(found) > PAGE)
        parameters = {"before": MAX_ID if query.before is None else query.before}
        statement = queries.DISABLED if query.disabled else queries.NEWEST
        if query.role_id is not None:
            actor.require(ROLES_MANAGE)
            statement, parameters["role_id"] = queries.HOLDERS, query.role_id
        found = await unit.all_in_thread(statement, limit=PAGE + 1, **parameters)
        return MemberPage(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)

    async def get(self, actor: Actor, unit: Unit, account_id: int) -> Account:
        """Return an account.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN)
        """
        actor.require(ACCOUNTS_MANAGE)
        return await self._accounts.get(unit, account_id)

    async def count_disabled(self, actor: Actor, unit: Unit) -> int:
        """Return the number of disabled accounts.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(ACCOUNTS_MANAGE)
        return (await unit.all_in_thread(queries.COUNT_DISABLED))[0][0]

    async def sessions(self, actor: Actor, unit: Unit, account_id: int) -> MemberSessions:
        """Return up to 100 active sessions of an account, most recently used first.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(ACCOUNTS_MANAGE)
        at = now()
        parameters = {"account_id": account_id, "at": at, "idle_since": at - self._idle_timeout}

        def read(reader: Reader) -> MemberSessions:
            found = reader.fetch(session_queries.ACTIVE_SESSIONS, current=0, **parameters)
            total = len(found)
            if total == session_queries.MAX_LISTED_SESSIONS:
                total = reader.fetch(session_queries.COUNT_ACTIVE_SESSIONS, **parameters)[0][0]
            return MemberSessions(found, total)

        found = await unit.read_in_thread(read)
        sessions = [self._with_last_seen(session) for session in found.sessions]
        sessions.sort(key=lambda session: session.last_seen_at, reverse=True)
        return MemberSessions(sessions, found.total)

    async def sign_ins(self, actor: Actor, unit: Unit, account_id: int) -> list[SignIn]:
        """Return the most recent sign-ins of an account, including failed ones.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(ACCOUNTS_MANAGE)
        return await unit.all(session_queries.SIGN_INS, account_id=account_id, offset=0)

    async def end_session(self, actor: Actor, unit: Unit, account_id: int, session_id: int) -> None:
        """End one session of an account.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN)
            DomainError(SESSION_UNKNOWN): the session ended or belongs to another account.
        """
        await self._get_manageable(actor, unit, account_id)
        session = await self._sessions.get(unit, session_id)
        if session is None or session.account_id != account_id:
            raise DomainError(Code.SESSION_UNKNOWN)
        await self._sessions.end(unit, session_id)
        subject = Subject("account", account_id)
        await record(actor, unit, Action.SESSION_ENDED, subject, session=session_id)

    async def end_sessions(self, actor: Actor, unit: Unit, account_id: int) -> None:
        """End all sessions of an account, except the actor's current session.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN)
        """
        await self._get_manageable(actor, unit, account_id)
        current = actor.session_id if actor.account_id == account_id else None
        ended = await self._sessions.end_all(unit, account_id, except_id=current)
        if ended:
            subject = Subject("account", account_id)
            await record(actor, unit, Action.SESSIONS_ENDED, subject, sessions=ended)

    async def disable(self, actor: Actor, unit: Unit, account_id: int, reason: str = "") -> None:
        """Disable an account that may already be disabled, and end all its sessions.

        The reason is stored in the audit log.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN, FIELD_INVALID)
            DomainError(ACCOUNT_OWN): it is the actor's own account.
        """
        account = await self._lock_manageable(actor, unit, account_id)
        if account.id == actor.account_id:
            raise DomainError(Code.ACCOUNT_OWN)
        reason = clean_public_text(reason, "reason", REASON_MAX_LENGTH)
        if account.disabled_at is None:
            await self._accounts.set_disabled(unit, account_id, now())
            await self._record_change(actor, unit, Action.ACCOUNT_DISABLED, account_id, reason)
        await self._sessions.end_all(unit, account_id)

    async def enable(self, actor: Actor, unit: Unit, account_id: int, reason: str = "") -> None:
        """Enable an account that may already be enabled.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN, FIELD_INVALID)
        """
        account = await self._lock_manageable(actor, unit, account_id)
        reason = clean_public_text(reason, "reason", REASON_MAX_LENGTH)
        if account.disabled_at is not None:
            await self._accounts.set_disabled(unit, account_id, None)
            await self._record_change(actor, unit, Action.ACCOUNT_ENABLED, account_id, reason)

    async def _lock_manageable(self, actor: Actor, unit: Unit, account_id: int) -> Account:
        """Lock the account and the actor's account. Return the account.

        If two operators disable each other at the same time, the second request is rejected.
        """
        actor.require(ACCOUNTS_MANAGE)
        await self._accounts.get(unit, account_id)
        for id_ in sorted({account_id, actor.account_id or account_id}):
            await self._accounts.lock(unit, id_)
        if actor.account_id is not None:
            own = await self._accounts.get_own(actor, unit)
            if own.disabled_at is not None:
                raise DomainError(Code.UNAUTHORIZED)
        return await self._get_manageable(actor, unit, account_id)

    async def _get_manageable(self, actor: Actor, unit: Unit, account_id: int) -> Account:
        actor.require(ACCOUNTS_MANAGE)
        account = await self._accounts.get(unit, account_id)
        if account.superuser and not actor.superuser:
            raise DomainError(Code.FORBIDDEN, permission="superuser")
        return account

    async def _record_change(
        self, actor: Actor, unit: Unit, action: Action, account_id: int, reason: str
    ) -> None:
        details = {"reason": reason} if reason else {}
        await record(actor, unit, action, Subject("account", account_id), **details)

    def _with_last_seen(self, session: OwnSession) -> OwnSession:
        # The time in this process is up to a minute newer than the stored one.
        last_seen_at = max(session.last_seen_at, self._actors.last_seen(session.id))
        return replace(session, last_seen_at=last_seen_at)


def _throttle_key(actor: Actor) -> str:
    return f"account:{actor.account_id}"
