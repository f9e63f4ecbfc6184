"""Password proofs: may a session change credentials without the current password?

Public operations: require, is_recent, record.

Sessions and tokens are valid in every contract. So if one contract allows its clients to change
credentials without the password, a cookie stolen through another contract could take the account
over. Therefore the change requires a session that began in that contract, or a recent proof.
"""

from kinoteka.core.access.model import Actor
from kinoteka.core.sessions import queries
from kinoteka.core.sessions.model import Session
from kinoteka.core.sessions.service import Sessions
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.clock import now
from kinoteka.infrastructure.settings import Settings

PROOF_MINUTES = 15
PROOF_LIFETIME = PROOF_MINUTES * 60 * 1000


class PasswordProofs:
    """Records when the user of a session last proved the password, and requires recent proofs.

    Sign-up, sign-in and the current password are proofs. A refresh token is not.
    """

    def __init__(self, settings: Settings, sessions: Sessions) -> None:
        self._is_document_exact = settings.document_exact
        self._sessions = sessions

    async def require(self, actor: Actor, unit: Unit, contract: str | None = None) -> None:
        """Reject a change of credentials by a session that must prove the password first.

        `contract` is the contract of the request if its document requires no password. Sessions
        that began in it need no proof, unless the setting requires one.

        Raises:
            DomainError(UNAUTHORIZED)
            DomainError(SIGN_IN_AGAIN): there is no proof from the last 15 minutes.
        """
        session = await self._session(actor, unit)
        if self._is_document_exact and session.began_by == contract:
            return
        if not _is_proved(session):
            raise DomainError(Code.SIGN_IN_AGAIN, minutes=PROOF_MINUTES)

    async def is_recent(self, actor: Actor, unit: Unit) -> bool:
        """Return whether the actor's session has a proof from the last 15 minutes.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        return _is_proved(await self._session(actor, unit))

    async def record(self, actor: Actor, unit: Unit) -> None:
        """Store that the user of the actor's session has just proved the password.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        await unit.queue(queries.RECORD_PROOF, session_id=actor.require_session(), at=now())

    async def _session(self, actor: Actor, unit: Unit) -> Session:
        session = await self._sessions.get(unit, actor.require_session())
        if session is None:
            raise DomainError(Code.UNAUTHORIZED)
        return session


def _is_proved(session: Session) -> bool:
    # A clock that was set back must not extend a proof.
    return abs(now() - session.proved_at) < PROOF_LIFETIME
