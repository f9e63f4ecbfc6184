"""The session's cookie.

Its name is the contracts' own, so it cannot carry the prefix `__Host-`; it follows that prefix's
rules all the same: Path=/, no Domain, and Secure behind HTTPS (RFC 6265bis).
"""

NAME = "session_id"
_MARK = NAME.encode() + b"="


def session_token(header: bytes | None) -> str | None:
    """The session's token in a Cookie header."""
    if header is None or _MARK not in header:
        return None
    for pair in header.split(b";"):
        pair = pair.strip()
        if pair.startswith(_MARK):
            return pair[len(_MARK) :].strip(b'"').decode("latin-1")
    return None


def set_session(token: str, *, seconds: int, secure: bool) -> tuple[bytes, bytes]:
    """The header that gives a browser its session."""
    return _header(f"{NAME}={token}; Max-Age={seconds}", secure=secure)


def remove_session(*, secure: bool) -> tuple[bytes, bytes]:
    """The header that takes a session's cookie away."""
    return _header(f"{NAME}=; Max-Age=0", secure=secure)


def _header(value: str, *, secure: bool) -> tuple[bytes, bytes]:
    rules = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
    return b"set-cookie", (value + rules).encode("latin-1")
