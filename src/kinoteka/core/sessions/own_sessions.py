"""The actor's own sessions: list them, and end them remotely.

Public operations: list, end, end_others.
"""

from msgspec.structs import replace

from kinoteka.core.access.model import Actor
from kinoteka.core.sessions import queries
from kinoteka.core.sessions.actors import Actors
from kinoteka.core.sessions.credential_changes import CredentialChanges
from kinoteka.core.sessions.model import OwnSession, OwnSessionList
from kinoteka.core.sessions.password_proofs import PasswordProofs
from kinoteka.core.sessions.service import Sessions
from kinoteka.database.interface import Reader
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.settings import Settings


class OwnSessions:
    """Lists and ends the sessions of the actor's account."""

    def __init__(
        self,
        settings: Settings,
        sessions: Sessions,
        actors: Actors,
        proofs: PasswordProofs,
        credentials: CredentialChanges,
    ) -> None:
        self._idle_timeout = settings.session_idle_days * DAY
        self._sessions = sessions
        self._actors = actors
        self._proofs = proofs
        self._credentials = credentials

    async def list(self, actor: Actor, unit: Unit) -> OwnSessionList:
        """Return up to 100 active sessions: the current one first, then the most recently used.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        at, current = now(), actor.require_session()
        parameters = {
            "account_id": actor.require_account(),
            "at": at,
            "idle_since": at - self._idle_timeout,
        }

        def read(reader: Reader) -> tuple[list[OwnSession], int]:
            found = reader.fetch(queries.ACTIVE_SESSIONS, current=current, **parameters)
            total = len(found)
            if total == queries.MAX_LISTED_SESSIONS:
                total = reader.fetch(queries.COUNT_ACTIVE_SESSIONS, **parameters)[0][0]
            return found, total

        found, total = await unit.read_in_thread(read)  # there may be very many sessions
        sessions = [self._with_last_seen(session, current) for session in found]
        sessions.sort(key=lambda session: (session.is_current, session.last_seen_at), reverse=True)
        return OwnSessionList(sessions, total, not await self._proofs.is_recent(actor, unit))

    async def end(self, actor: Actor, unit: Unit, session_id: int, password: str = "") -> None:
        """End one of the actor's sessions.

        Ending another session than the current one requires a recent password proof, or the
        current `password`.

        Raises:
            DomainError(UNAUTHORIZED, CURRENT_PASSWORD_WRONG, THROTTLED, BUSY)
            DomainError(FIELD_INVALID): the password is required and blank.
            DomainError(SESSION_UNKNOWN): the session ended or belongs to another account.
        """
        account_id = actor.require_account()
        if session_id != actor.session_id:
            await self._require_proof(actor, unit, password)
        session = await self._sessions.get(unit, session_id)
        if session is None or session.account_id != account_id:
            raise DomainError(Code.SESSION_UNKNOWN)
        await self._sessions.end(unit, session_id)

    async def end_others(self, actor: Actor, unit: Unit, password: str = "") -> None:
        """End all of the actor's sessions except the current one, with a proof as for `end`.

        Raises:
            DomainError(UNAUTHORIZED, CURRENT_PASSWORD_WRONG, THROTTLED, BUSY)
            DomainError(FIELD_INVALID): the password is required and blank.
        """
        await self._require_proof(actor, unit, password)
        await self._sessions.end_all(
            unit, actor.require_account(), except_id=actor.require_session()
        )

    async def _require_proof(self, actor: Actor, unit: Unit, password: str) -> None:
        if password:
            await self._credentials.prove_password(actor, unit, password)
        elif not await self._proofs.is_recent(actor, unit):
            raise field_invalid("present", "password_needed_to_end")

    def _with_last_seen(self, session: OwnSession, current: int) -> OwnSession:
        # The time in this process is up to a minute newer than the stored one.
        last_seen_at = max(session.last_seen_at, self._actors.last_seen(session.id))
        return replace(session, last_seen_at=last_seen_at, is_current=session.id == current)
