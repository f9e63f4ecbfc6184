"""Known devices: browsers and programs that have signed in to an account before.

Known devices have their own rate limit. So password guesses from other devices cannot lock the
owner of an account out.

A device is known by a cookie, or by a genuine access token of the account. The cookie holds a
random id of the device and, for each of the last accounts, the day of the sign-in and an HMAC of
account, device, day and password hash. So it names no account, and is invalid after a change of
the password. Nothing is stored.

An attacker who once knew the password may have collected many access tokens. So the tokens of all
ended sessions together count as one device.
"""

import re
import secrets
from typing import NamedTuple

from kinoteka.core.accounts.model import Credentials
from kinoteka.core.sessions.model import TokenOwner, Visit
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings

MAX_ACCOUNTS = 4
"""Accounts in one cookie, at most. A family may share a browser."""
COOKIE_MAX_LENGTH = 512
MAX_COOKIES = 4
"""Cookies with this name that are checked. Another application may set one, too."""
MAC_LENGTH = 32
"""Hexadecimal digits of an HMAC in a cookie, 128 bits."""
ID_BYTES = 12
"""Random bytes in the id of a device, which has twice as many hexadecimal digits."""
ENDED_SESSIONS = "ended"
"""The device of all access tokens whose sessions have ended."""
DEVICE = re.compile(r"[0-9a-f]{24}")
SIGNATURE = re.compile(r"([0-9]{1,7})-([0-9a-f]{32})")


class DeviceCookie(NamedTuple):
    """The id of a device and one signature (`day-HMAC`) for each of its accounts."""

    device: str
    signatures: tuple[str, ...]


class KnownDevices:
    """Issues known-device cookies and recognises known devices."""

    def __init__(self, settings: Settings, keyring: Keyring) -> None:
        self._days = settings.known_device_days
        self._keyring = keyring

    def recognise(self, visit: Visit, account: Credentials) -> str | None:
        """Return the name of the visit's device if it is known for the account."""
        owner = self._owner(visit, account)
        if owner is not None and owner.has_session:
            return f"session:{owner.session_id}"
        for cookie in _cookies(visit):
            if any(self._is_valid(each, cookie.device, account) for each in cookie.signatures):
                return f"device:{cookie.device}"
        return None if owner is None else ENDED_SESSIONS

    def issue(self, visit: Visit, account: Credentials) -> str:
        """Return the value of the cookie that makes the visit's device known for the account."""
        cookie = next(iter(_cookies(visit)), DeviceCookie(secrets.token_hex(ID_BYTES), ()))
        others = [
            each for each in cookie.signatures if not self._is_valid(each, cookie.device, account)
        ]
        day = str(now() // DAY)
        signatures = [f"{day}-{self._mac(cookie.device, day, account)}", *others]
        return ".".join([cookie.device, *signatures[:MAX_ACCOUNTS]])

    def _is_valid(self, signature: str, device: str, account: Credentials) -> bool:
        day, _, mac = signature.partition("-")
        is_recent = now() // DAY - int(day) <= self._days
        return secrets.compare_digest(mac, self._mac(device, day, account)) and is_recent

    def _owner(self, visit: Visit, account: Credentials) -> TokenOwner | None:
        owner = visit.token_owner
        if owner is None or owner.account_id != account.account_id:
            return None
        is_recent = now() // DAY - owner.expires * 1000 // DAY <= self._days
        return owner if is_recent else None

    def _mac(self, device: str, day: str, account: Credentials) -> str:
        message = f"{account.account_id}.{device}.{day}.{account.password_hash}"
        return self._keyring.mac("known device", message)[:MAC_LENGTH]


def _cookies(visit: Visit) -> list[DeviceCookie]:
    found = []
    for value in visit.device_cookies[:MAX_COOKIES]:
        device, *signatures = value[:COOKIE_MAX_LENGTH].split(".")
        valid = tuple(each for each in signatures[:MAX_ACCOUNTS] if SIGNATURE.fullmatch(each))
        if valid and DEVICE.fullmatch(device):
            found.append(DeviceCookie(device, valid))
    return found
