"""Proofs of the password: whether a session may change credentials without asking for it again.

Public operations: require, is_recent, note.

Any credential works in any contract. So a document that lets its clients change credentials
without the password would let a cookie stolen from another contract take the account over. Such a
change therefore needs a session that began through that contract, or a recent proof.
"""

from kinoteka.core.access.model import Actor
from kinoteka.core.sessions import queries
from kinoteka.core.sessions.model import Session
from kinoteka.core.sessions.service import Sessions
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.clock import now
from kinoteka.infrastructure.settings import Settings

LASTS_MINUTES = 15
LASTS = LASTS_MINUTES * 60 * 1000


class PasswordProofs:
    """When the user of each session last proved the password: by sign-in, sign-up or the password.

    A refreshed token proves nothing.
    """

    def __init__(self, settings: Settings, sessions: Sessions) -> None:
        self._is_document_exact = settings.document_exact
        self._sessions = sessions

    async def require(self, actor: Actor, unit: Unit, through: str | None = None) -> None:
        """Reject a change of credentials from a session that must prove the password first.

        `through` is the contract whose document asks for no password, if any: sessions that began
        by it need no proof, unless the settings say otherwise.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(SIGN_IN_AGAIN): there is no proof of the last 15 minutes.
        """
        session = await self._session(actor, unit)
        if self._is_document_exact and session.began_by == through:
            return
        if not _is_proved(session):
            raise DomainError(Code.SIGN_IN_AGAIN, minutes=LASTS_MINUTES)

    async def is_recent(self, actor: Actor, unit: Unit) -> bool:
        """Return whether the session that asks has a proof of the last 15 minutes.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        return _is_proved(await self._session(actor, unit))

    async def note(self, actor: Actor, unit: Unit) -> None:
        """Store that the user of the session that asks has just given the current password.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        await unit.queue(queries.PROVE, session_id=actor.require_session(), at=now())

    async def _session(self, actor: Actor, unit: Unit) -> Session:
        session = await self._sessions.get(unit, actor.require_session())
        if session is None:
            raise DomainError(Code.UNAUTHORIZED)
        return session


def _is_proved(session: Session) -> bool:
    # A clock that was set back must not make a proof last longer.
    return abs(now() - session.proved_at) < LASTS
