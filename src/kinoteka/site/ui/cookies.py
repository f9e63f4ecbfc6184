"""Cookies with preferences and notices. None of them is a secret."""

from kinoteka.http.policy.request import Request

YEAR = 365 * 24 * 60 * 60
MAX_HEADER_BYTES = 8 * 1024


def read_cookies(request: Request) -> dict[str, str]:
    """Return the cookies of a request, or none if the header is too long."""
    header = request.cookies
    if not header or len(header) > MAX_HEADER_BYTES:
        return {}
    pairs = (pair.strip().partition("=") for pair in header.decode("latin-1").split(";"))
    return {name: value.strip('"') for name, _, value in pairs}


def set_cookie(request: Request, name: str, value: str, seconds: int = YEAR) -> tuple[bytes, bytes]:
    """Return the header that sets a cookie. Zero seconds delete it."""
    secure = "; Secure" if request.is_https else ""
    text = f"{name}={value}; Max-Age={seconds}; Path=/; SameSite=Lax; HttpOnly{secure}"
    return b"set-cookie", text.encode("latin-1")
