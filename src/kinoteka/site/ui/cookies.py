"""The site's own cookies: small choices of a browser, none of them a secret."""

from kinoteka.http.policy.request import Request

YEAR = 365 * 24 * 60 * 60
HEADER_LONGEST = 8 * 1024


def read_cookies(request: Request) -> dict[str, str]:
    """Every cookie of the request; none where there are far too many."""
    header = request.cookies
    if not header or len(header) > HEADER_LONGEST:
        return {}
    pairs = (pair.strip().partition("=") for pair in header.decode("latin-1").split(";"))
    return {name: value.strip('"') for name, _, value in pairs}


def set_cookie(request: Request, name: str, value: str, seconds: int = YEAR) -> tuple[bytes, bytes]:
    """The header that leaves a choice with a browser; with no seconds it takes it away."""
    secure = "; Secure" if request.is_https else ""
    text = f"{name}={value}; Max-Age={seconds}; Path=/; SameSite=Lax; HttpOnly{secure}"
    return b"set-cookie", text.encode("latin-1")
