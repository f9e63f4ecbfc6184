"""CSRF tokens: HMACs bound to a session, valid for two hours. Nothing is stored.

Source: OWASP Cross-Site Request Forgery Prevention Cheat Sheet, HMAC-based token pattern.
"""

from kinoteka.core.access.model import Actor
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.clock import now
from kinoteka.infrastructure.keys import Keyring

LIFETIME = 2 * 60 * 60 * 1000


class CsrfTokens:
    """Issues and checks CSRF tokens."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def issue(self, actor: Actor) -> str:
        """Return a token for the actor's session.

        Raises:
            DomainError(UNAUTHORIZED): the actor is anonymous.
        """
        issued = str(now())
        return f"{issued}.{self._keyring.mac('csrf', f'{actor.require_session()}.{issued}')}"

    def check(self, actor: Actor, token: str | None) -> None:
        """Check that the token belongs to the actor's session.

        Raises:
            DomainError(CSRF_MISSING, CSRF_WRONG, UNAUTHORIZED)
        """
        session_id = actor.require_session()
        if not token:
            raise DomainError(Code.CSRF_MISSING)
        issued, _, mac = token.partition(".")
        if not self._keyring.matches("csrf", f"{session_id}.{issued}", mac):
            raise DomainError(Code.CSRF_WRONG)
        # The clock of another machine may be ahead, and this clock may have been set back.
        if abs(now() - int(issued)) >= LIFETIME:
            raise DomainError(Code.CSRF_WRONG)
