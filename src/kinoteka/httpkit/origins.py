"""Other origins: which may call (CORS), and refusing forged requests of browsers.

Sec-Fetch-Site first, then Origin, as OWASP's cheat sheet on cross-site request forgery has it.
A request with a Bearer token carries nothing that a browser adds by itself, and passes; one with
Basic credentials does not, which browsers send along by themselves.
"""

from kinoteka.errors import Code, DomainError
from kinoteka.httpkit.answers import Headers
from kinoteka.httpkit.call import Call
from kinoteka.httpkit.identity import bearer

OWN = ("same-origin", "none")


def refuse_forged(call: Call) -> None:
    """Refuse an unsafe request that another origin's page has made a browser send.

    Raises:
        DomainError(CROSS_ORIGIN)
    """
    if bearer(call) is not None:
        return
    site, origin = call.header(b"sec-fetch-site"), call.header(b"origin")
    if call.route.for_browsers and site is None and origin is None:
        raise DomainError(Code.CROSS_ORIGIN)  # every browser says one of the two
    if site in OWN or (site is None and (origin is None or _is_own(call, origin))):
        return
    if origin is not None and origin in call.settings.cors_origins:
        return
    raise DomainError(Code.CROSS_ORIGIN)


def allow_origin(origin: bytes | None, allowed: tuple[str, ...]) -> Headers:
    """The headers that let a page of an allowed origin read the answer."""
    if not allowed:
        return []
    vary: Headers = [(b"vary", b"origin")]
    if origin is None or origin.decode("latin-1") not in allowed:
        return vary
    return [
        *vary,
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"x-total-count, link, retry-after"),
    ]


def allow_preflight(methods: str) -> Headers:
    """What a preflight is told beyond `allow_origin`."""
    return [
        (b"access-control-allow-methods", methods.encode()),
        (
            b"access-control-allow-headers",
            b"authorization, content-type, csrf-token, x-csrf-token",
        ),
        (b"access-control-max-age", b"600"),
    ]


def _is_own(call: Call, origin: str) -> bool:
    if call.settings.public_url:
        return origin == call.settings.public_url
    return origin.partition("://")[2] == call.header(b"host")
