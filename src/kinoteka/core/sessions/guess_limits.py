"""Limits of guesses at passwords: at sign-in, and where a signed-in user gives the current one.

The limits and what they leave to an attacker are described in docs/security.md.
"""

from contextlib import AbstractAsyncContextManager

from kinoteka.core.access.model import Actor
from kinoteka.core.accounts.model import Credentials
from kinoteka.core.accounts.names import EMAIL_MAX_LENGTH, sign_in_key
from kinoteka.core.rate_limits import Attempt, Limit, Throttle
from kinoteka.core.sessions.known_devices import KnownDevices
from kinoteka.core.sessions.model import Visit
from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings


class GuessLimits:
    """Counts failed attempts so that nobody can lock another user out."""

    def __init__(
        self, settings: Settings, keyring: Keyring, throttle: Throttle, devices: KnownDevices
    ) -> None:
        self._settings = settings
        self._keyring = keyring
        self._throttle = throttle
        self._devices = devices

    def sign_in(
        self, visit: Visit, identifier: str, account: Credentials | None
    ) -> AbstractAsyncContextManager[Attempt]:
        """Count an attempt to sign in, if it fails.

        A name that no account has (`account` is None) is counted like one that an account has.

        Raises:
            DomainError(THROTTLED): too many failures; `retry_after` in seconds.
        """
        settings = self._settings
        if account is not None:
            who = f"id:{account.account_id}"
        else:
            who = f"name:{name_hash(self._keyring, identifier)}"
        device = self._devices.recognise(visit, account) if account else None
        if device is not None:
            own = Limit("known_device", settings.known_device_limit, f"{who}:{device}")
            return self._throttle.attempt(own)
        return self._throttle.attempt(
            Limit("sign_in_address", settings.sign_in_address_limit, address=visit.address),
            Limit("sign_in", settings.sign_in_limit, who, visit.address),
            Limit("unknown_device", settings.unknown_device_limit, who),
            turn=who,
        )

    def current_password(self, actor: Actor) -> AbstractAsyncContextManager[Attempt]:
        """Count a check of the current password that a signed-in user gives, if it fails.

        Each session has a budget of its own: whoever has stolen one cannot keep the owner from
        changing the password in another.

        Raises:
            DomainError(UNAUTHORIZED): no session.
            DomainError(THROTTLED): too many failures; `retry_after` in seconds.
        """
        who = f"id:{actor.require_account()}:session:{actor.require_session()}"
        return self._throttle.attempt(Limit("password", self._settings.known_device_limit, who))


def name_hash(keyring: Keyring, identifier: str) -> str:
    """Return the HMAC of a name that was given at sign-in, the same for all its spellings."""
    key = sign_in_key(identifier)
    name = ":".join(key) if key else identifier[:EMAIL_MAX_LENGTH].casefold()
    return keyring.mac("name", name.encode(errors="replace").decode())[:32]
