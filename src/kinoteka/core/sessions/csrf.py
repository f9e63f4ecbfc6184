"""CSRF tokens: an HMAC bound to a session, so that nothing is stored; valid for two hours.

The source is OWASP's cheat sheet on cross-site request forgery, 'HMAC based token pattern'.
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
        """A token for the session that asks.

        Raises:
            DomainError(UNAUTHORIZED): nobody is signed in.
        """
        issued = str(now())
        return f"{issued}.{self._keyring.mac('csrf', f'{actor.require_session()}.{issued}')}"

    def check(self, actor: Actor, token: str | None) -> None:
        """Refuse a token that is not this session's.

        Raises:
            DomainError(CSRF_MISSING, CSRF_WRONG, UNAUTHORIZED)
        """
        session_id = actor.require_session()
        if not token:
            raise DomainError(Code.CSRF_MISSING)
        issued, _, mac = token.partition(".")
        if not self._keyring.matches("csrf", f"{session_id}.{issued}", mac):
            raise DomainError(Code.CSRF_WRONG)
        # Another machine's clock may be ahead, and this one's may have been set back since.
        if abs(now() - int(issued)) >= LIFETIME:
            raise DomainError(Code.CSRF_WRONG)
