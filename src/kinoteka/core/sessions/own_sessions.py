"""One's own sessions: where one is signed in, and ending it from afar.

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
    """What an account sees of its sessions, and may do with them."""

    def __init__(
        self,
        settings: Settings,
        sessions: Sessions,
        actors: Actors,
        proofs: PasswordProofs,
        credentials: CredentialChanges,
    ) -> None:
        self._idle = settings.session_idle_days * DAY
        self._sessions = sessions
        self._actors = actors
        self._proofs = proofs
        self._credentials = credentials

    async def list(self, actor: Actor, unit: Unit) -> OwnSessionList:
        """One's own sessions that last: this one first, then those used last, at most 100.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        at, this = now(), actor.require_session()
        given = {
            "account_id": actor.require_account(),
            "at": at,
            "idle_since": at - self._idle,
        }

        def read(reader: Reader) -> tuple[list[OwnSession], int]:
            found = reader.fetch(queries.OWN, this=this, **given)
            total = len(found)
            if total == queries.OWN_LIMIT:
                total = reader.fetch(queries.OWN_COUNT, **given)[0][0]
            return found, total

        found, total = await unit.read_in_thread(read)  # clients may have begun any number of them
        seen = [self._as_seen(session, this) for session in found]
        seen.sort(key=lambda session: (session.is_current, session.last_seen_at), reverse=True)
        return OwnSessionList(seen, total, not await self._proofs.is_recent(actor, unit))

    async def end(self, actor: Actor, unit: Unit, session_id: int, present: str = "") -> None:
        """End one of the actor's own sessions.

        Another one than that which asks needs a recent proof of the password, or the `present`
        password, which is one.

        Raises:
            DomainError(UNAUTHORIZED, CURRENT_PASSWORD_WRONG, THROTTLED, BUSY)
            DomainError(FIELD_INVALID): the password is needed and blank.
            DomainError(SESSION_UNKNOWN): it has ended already, or is another's.
        """
        account_id = actor.require_account()
        if session_id != actor.session_id:
            await self._require_proof(actor, unit, present)
        session = await self._sessions.get(unit, session_id)
        if session is None or session.account_id != account_id:
            raise DomainError(Code.SESSION_UNKNOWN)
        await self._sessions.end(unit, session_id)

    async def end_others(self, actor: Actor, unit: Unit, present: str = "") -> None:
        """End all of the actor's own sessions but this one, with a proof as for `end`.

        Raises:
            DomainError(UNAUTHORIZED, CURRENT_PASSWORD_WRONG, THROTTLED, BUSY)
            DomainError(FIELD_INVALID): the password is needed and blank.
        """
        await self._require_proof(actor, unit, present)
        await self._sessions.end_all(unit, actor.require_account(), kept=actor.require_session())

    async def _require_proof(self, actor: Actor, unit: Unit, present: str) -> None:
        if present:
            await self._credentials.prove_password(actor, unit, present)
        elif not await self._proofs.is_recent(actor, unit):
            raise field_invalid("present", "password_needed_to_end")

    def _as_seen(self, session: OwnSession, this: int) -> OwnSession:
        # What this process knows is newer than what is stored, by up to a minute.
        seen_at = max(session.last_seen_at, self._actors.last_seen(session.id))
        return replace(session, last_seen_at=seen_at, is_current=session.id == this)
