"""The cookies of sessions and known devices.

The contracts define the name of the session cookie, so it cannot have the prefix `__Host-`. Both
cookies still follow the rules of that prefix: Path=/, no Domain, and Secure over HTTPS (RFC
6265bis).
"""

from collections.abc import Sequence

NAME = "session_id"
MAX_TOKENS = 4
"""Cookies of that name that are tried. Other applications on the domain may set their own."""
_MARK = NAME.encode() + b"="
DEVICE = "known_device"
"""The cookie that identifies a known device (`core/sessions/known_devices.py`)."""
_DEVICE_MARK = DEVICE.encode() + b"="


def session_tokens(header: bytes | None) -> Sequence[str]:
    """Return the tokens of the first session cookies in a Cookie header, in order."""
    if header is None or _MARK not in header:
        return ()
    if b";" not in header:  # the only cookie, as most API clients send it
        value = _value(header.strip(), _MARK) if header.startswith(_MARK) else ""
        return (value,) if value else ()
    return [value for value in _values(header, _MARK) if value][:MAX_TOKENS]


def device_values(header: bytes | None) -> tuple[str, ...]:
    """Return the value of each cookie of a device in a Cookie header, in order."""
    if header is None or _DEVICE_MARK not in header:
        return ()
    return tuple(_values(header, _DEVICE_MARK))


def has_others(header: bytes | None) -> bool:
    """Return whether a Cookie header has any cookie but that of a device."""
    pairs = (pair.strip() for pair in (header or b"").split(b";"))
    return any(pair and not pair.startswith(_DEVICE_MARK) for pair in pairs)


def set_device(value: str, *, seconds: int, secure: bool) -> tuple[bytes, bytes]:
    """Return the header that sets the cookie of a known device."""
    return _header(f"{DEVICE}={value}; Max-Age={seconds}", secure=secure)


def set_session(token: str, *, seconds: int, secure: bool) -> tuple[bytes, bytes]:
    """Return the header that sets the session cookie."""
    return _header(f"{NAME}={token}; Max-Age={seconds}", secure=secure)


def remove_session(*, secure: bool) -> tuple[bytes, bytes]:
    """Return the header that removes the session cookie."""
    return _header(f"{NAME}=; Max-Age=0", secure=secure)


def _values(header: bytes, mark: bytes) -> list[str]:
    """Return the values of the cookies that begin with `mark`, a name and `=`, in order."""
    pairs = (pair.strip() for pair in header.split(b";"))
    return [_value(pair, mark) for pair in pairs if pair.startswith(mark)]


def _value(pair: bytes, mark: bytes) -> str:
    return pair[len(mark) :].strip(b'"').decode("latin-1")


def _header(value: str, *, secure: bool) -> tuple[bytes, bytes]:
    rules = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
    return b"set-cookie", (value + rules).encode("latin-1")
