"""Limits on guessing passwords: at sign-in, and where a signed-in user enters the current one.

docs/security.md describes the limits and what remains possible for an attacker.
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
    """Counts failed attempts. No user can lock another user out."""

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
        """Count an attempt to sign in if it fails.

        A name without an account (`account` is None) is counted like any other name.

        Raises:
            DomainError(THROTTLED): too many failures; `retry_after` is in seconds.
        """
        settings = self._settings
        if account is not None:
            key = f"id:{account.account_id}"
        else:
            key = f"name:{name_hash(self._keyring, identifier)}"
        device = self._devices.recognise(visit, account) if account else None
        if device is not None:
            limit = Limit("known_device", settings.known_device_limit, f"{key}:{device}")
            return self._throttle.attempt(limit)
        return self._throttle.attempt(
            Limit("sign_in_address", settings.sign_in_address_limit, address=visit.address),
            Limit("sign_in", settings.sign_in_limit, key, visit.address),
            Limit("unknown_device", settings.unknown_device_limit, key),
            lock=key,
        )

    def current_password(self, actor: Actor) -> AbstractAsyncContextManager[Attempt]:
        """Count a check of the current password of a signed-in user if it fails.

        Each session has its own budget, so that a thief who uses up the budget of a stolen session
        cannot prevent the owner from changing the password in another session.

        Raises:
            DomainError(UNAUTHORIZED): the actor has no session.
            DomainError(THROTTLED): too many failures; `retry_after` is in seconds.
        """
        key = f"id:{actor.require_account()}:session:{actor.require_session()}"
        return self._throttle.attempt(Limit("password", self._settings.known_device_limit, key))


def name_hash(keyring: Keyring, identifier: str) -> str:
    """Return the HMAC of a name entered at sign-in. All its spellings have the same HMAC."""
    key = sign_in_key(identifier)
    name = ":".join(key) if key else identifier[:EMAIL_MAX_LENGTH].casefold()
    return keyring.mac("name", name.encode(errors="replace").decode())[:32]
