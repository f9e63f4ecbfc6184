"""Members: what operators see of accounts, and do with them.

Public operations: page, get, count_disabled, sessions, sign_ins, end_session, end_sessions,
disable, enable.

All of it needs `accounts.manage`, and is written into the audit log. What concerns a superuser is
for superusers alone, and nobody disables themselves: so somebody is always left who can sign in.
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
from kinoteka.core.members.search import find
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
TEXT_LONGEST = 320
REASON_LONGEST = 500
LAST_ID = 2**63 - 1


class Members:
    """Every account, for who may manage them."""

    def __init__(
        self,
        settings: Settings,
        throttle: Throttle,
        accounts: Accounts,
        actors: Actors,
        sessions: Sessions,
    ) -> None:
        self._idle = settings.session_idle_days * DAY
        self._search_limit = settings.search_limit
        self._throttle = throttle
        self._accounts = accounts
        self._actors = actors
        self._sessions = sessions

    async def page(self, actor: Actor, unit: Unit, query: MemberQuery) -> MemberPage:
        """The newest accounts, or those that a text finds.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, FIELD_INVALID, THROTTLED)
        """
        actor.require(ACCOUNTS_MANAGE)
        text = clean_text(query.text, "q", TEXT_LONGEST)
        if text:
            await self._throttle.hit("user_search", self._search_limit, _asking(actor))
            found = await unit.read_in_thread(lambda reader: find(reader, text, PAGE + 1))
            return MemberPage(found[:PAGE], is_truncated=len(found) > PAGE)
        given = {"before": LAST_ID if query.before is None else query.before}
        statement = queries.DISABLED if query.disabled else queries.NEWEST
        if query.role_id is not None:
            actor.require(ROLES_MANAGE)
            statement, given["role_id"] = queries.HOLDERS, query.role_id
        found = await unit.all_in_thread(statement, most=PAGE + 1, **given)
        return MemberPage(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)

    async def get(self, actor: Actor, unit: Unit, account_id: int) -> Account:
        """One account.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN)
        """
        actor.require(ACCOUNTS_MANAGE)
        return await self._accounts.get(unit, account_id)

    async def count_disabled(self, actor: Actor, unit: Unit) -> int:
        """How many accounts are disabled.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(ACCOUNTS_MANAGE)
        return (await unit.all_in_thread(queries.COUNT_DISABLED))[0][0]

    async def sessions(self, actor: Actor, unit: Unit, account_id: int) -> MemberSessions:
        """The sessions of an account that last, at most 100.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(ACCOUNTS_MANAGE)
        at = now()
        given = {"account_id": account_id, "at": at, "idle_since": at - self._idle}

        def read(reader: Reader) -> MemberSessions:
            found = reader.fetch(session_queries.OWN, this=0, **given)
            total = len(found)
            if total == session_queries.OWN_LIMIT:
                total = reader.fetch(session_queries.OWN_COUNT, **given)[0][0]
            return MemberSessions(found, total)

        found = await unit.read_in_thread(read)
        seen = [self._as_seen(session) for session in found.sessions]
        seen.sort(key=lambda session: session.last_seen_at, reverse=True)
        return MemberSessions(seen, found.total)

    async def sign_ins(self, actor: Actor, unit: Unit, account_id: int) -> list[SignIn]:
        """The newest sign-ins of an account, those that failed, too.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(ACCOUNTS_MANAGE)
        return await unit.all(session_queries.SIGN_INS, account_id=account_id, skipped=0)

    async def end_session(self, actor: Actor, unit: Unit, account_id: int, session_id: int) -> None:
        """End one session of an account.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN)
            DomainError(SESSION_UNKNOWN): it has ended already, or is another's.
        """
        await self._changeable(actor, unit, account_id)
        session = await self._sessions.get(unit, session_id)
        if session is None or session.account_id != account_id:
            raise DomainError(Code.SESSION_UNKNOWN)
        await self._sessions.end(unit, session_id)
        subject = Subject("account", account_id)
        await record(actor, unit, Action.SESSION_ENDED, subject, session=session_id)

    async def end_sessions(self, actor: Actor, unit: Unit, account_id: int) -> None:
        """End all sessions of an account; of one's own all but the one that asks.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN)
        """
        await self._changeable(actor, unit, account_id)
        kept = actor.session_id if actor.account_id == account_id else None
        ended = await self._sessions.end_all(unit, account_id, kept=kept)
        if ended:
            subject = Subject("account", account_id)
            await record(actor, unit, Action.SESSIONS_ENDED, subject, sessions=ended)

    async def disable(self, actor: Actor, unit: Unit, account_id: int, reason: str = "") -> None:
        """End all sessions of an account and let it begin none; again does no harm.

        The reason stands in the audit log.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN, FIELD_INVALID)
            DomainError(ACCOUNT_OWN): it is one's own.
        """
        account = await self._switched(actor, unit, account_id)
        if account.id == actor.account_id:
            raise DomainError(Code.ACCOUNT_OWN)
        why = clean_public_text(reason, "reason", REASON_LONGEST)
        if account.disabled_at is None:
            await self._accounts.set_disabled(unit, account_id, now())
            await self._record_switch(actor, unit, Action.ACCOUNT_DISABLED, account_id, why)
        await self._sessions.end_all(unit, account_id)

    async def enable(self, actor: Actor, unit: Unit, account_id: int, reason: str = "") -> None:
        """Let a disabled account sign in again; again does no harm.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN, ACCOUNT_UNKNOWN, FIELD_INVALID)
        """
        account = await self._switched(actor, unit, account_id)
        why = clean_public_text(reason, "reason", REASON_LONGEST)
        if account.disabled_at is not None:
            await self._accounts.set_disabled(unit, account_id, None)
            await self._record_switch(actor, unit, Action.ACCOUNT_ENABLED, account_id, why)

    async def _switched(self, actor: Actor, unit: Unit, account_id: int) -> Account:
        """The account, which nobody else switches now; nor anybody the one that asks.

        Of two who disable each other at once, the second finds out.
        """
        actor.require(ACCOUNTS_MANAGE)
        await self._accounts.get(unit, account_id)
        for each in sorted({account_id, actor.account_id or account_id}):
            await self._accounts.lock(unit, each)
        if actor.account_id is not None:
            asking = await self._accounts.get_own(actor, unit)
            if asking.disabled_at is not None:
                raise DomainError(Code.UNAUTHORIZED)
        return await self._changeable(actor, unit, account_id)

    async def _changeable(self, actor: Actor, unit: Unit, account_id: int) -> Account:
        actor.require(ACCOUNTS_MANAGE)
        account = await self._accounts.get(unit, account_id)
        if account.superuser and not actor.superuser:
            raise DomainError(Code.FORBIDDEN, permission="superuser")
        return account

    async def _record_switch(
        self, actor: Actor, unit: Unit, action: Action, account_id: int, reason: str
    ) -> None:
        details = {"reason": reason} if reason else {}
        await record(actor, unit, action, Subject("account", account_id), **details)

    def _as_seen(self, session: OwnSession) -> OwnSession:
        # What this process knows is newer than what is stored, by up to a minute.
        seen_at = max(session.last_seen_at, self._actors.last_seen(session.id))
        return replace(session, last_seen_at=seen_at)


def _asking(actor: Actor) -> str:
    return f"account:{actor.account_id}"
