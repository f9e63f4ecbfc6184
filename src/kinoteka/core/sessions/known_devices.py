"""Known devices: browsers and programs from which somebody has signed in to an account before.

Guesses at a password from everywhere else cannot use up what a known device may do, so that
nobody can lock the owner of an account out.

A device is known by a cookie, or by a genuine access token of the account. The cookie holds a
random id of the device and, for each of the last accounts, the day and an HMAC over account,
device, day and the hash of the password. So it names nobody, and is void after the password has
changed. Nothing is stored.

Whoever once knew the password may have collected any number of access tokens with it. So the
tokens of sessions that have ended are one device together.
"""

import re
import secrets
from typing import NamedTuple

from kinoteka.core.accounts.model import Credentials
from kinoteka.core.sessions.model import TokenOwner, Visit
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings

ACCOUNTS_MOST = 4
"""How many accounts a cookie remembers: a browser may belong to a family."""
COOKIE_LONGEST = 512
COOKIES_MOST = 4
"""How many cookies of that name are looked at: another application may set one, too."""
MAC_LENGTH = 32
"""Hexadecimal digits of an HMAC in a cookie, 128 bits."""
ID_BYTES = 12
"""Twice as many hexadecimal digits."""
ENDED_SESSIONS = "ended"
"""What names the device of all access tokens whose sessions have ended."""
DEVICE = re.compile(r"[0-9a-f]{24}")
MARK = re.compile(r"([0-9]{1,7})-([0-9a-f]{32})")


class DeviceCookie(NamedTuple):
    """What a cookie says: a device and its marks (`day-HMAC`), one for each account."""

    device: str
    marks: tuple[str, ...]


class KnownDevices:
    """Issues cookies of devices and recognises devices."""

    def __init__(self, settings: Settings, keyring: Keyring) -> None:
        self._days = settings.known_device_days
        self._keyring = keyring

    def recognise(self, visit: Visit, account: Credentials) -> str | None:
        """Return what names the device of a visit, if this account has been used with it."""
        owner = self._owner(visit, account)
        if owner is not None and owner.has_session:
            return f"session:{owner.session_id}"
        for cookie in _cookies(visit):
            if any(self._is_mark_of(mark, cookie.device, account) for mark in cookie.marks):
                return f"device:{cookie.device}"
        return None if owner is None else ENDED_SESSIONS

    def issue(self, visit: Visit, account: Credentials) -> str:
        """Return the value of the cookie by which the device of a visit is known from now on."""
        cookie = next(iter(_cookies(visit)), DeviceCookie(secrets.token_hex(ID_BYTES), ()))
        others = [
            mark for mark in cookie.marks if not self._is_mark_of(mark, cookie.device, account)
        ]
        day = str(now() // DAY)
        marks = [f"{day}-{self._mac(cookie.device, day, account)}", *others]
        return ".".join([cookie.device, *marks[:ACCOUNTS_MOST]])

    def _is_mark_of(self, mark: str, device: str, account: Credentials) -> bool:
        day, _, mac = mark.partition("-")
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
    for value in visit.device_cookies[:COOKIES_MOST]:
        device, *marks = value[:COOKIE_LONGEST].split(".")
        whole = tuple(mark for mark in marks[:ACCOUNTS_MOST] if MARK.fullmatch(mark))
        if whole and DEVICE.fullmatch(device):
            found.append(DeviceCookie(device, whole))
    return found
