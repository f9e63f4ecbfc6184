"""Other origins: which may call (CORS), and refusing forged requests of browsers.

Sec-Fetch-Site first, then Origin, as OWASP's cheat sheet on cross-site request forgery has it.
A request with a Bearer token carries nothing that a browser adds by itself, and passes; one with
Basic credentials does not, which browsers send along by themselves.
"""

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics import cookies
from kinoteka.http.policy.request import Request

OWN = ("same-origin", "none")


def reject_forged(request: Request, *, despite_bearer: bool = False) -> None:
    """Refuse an unsafe request that another origin's page has made a browser send.

    A request with a Bearer token passes, unless it is checked `despite_bearer` because it uses
    the cookie as well.

    Raises:
        DomainError(CROSS_ORIGIN)
    """
    if request.bearer is not None and not despite_bearer:
        return
    if request.route.for_browsers and _is_silent(request):
        raise DomainError(Code.CROSS_ORIGIN)  # every browser says one of the two
    _refuse_foreign(request)


def reject_unproven_form(request: Request) -> None:
    """Refuse a form that may be another site's.

    Browsers send forms to other sites without asking first. So a form that comes with a cookie
    and no Bearer token, or begins a session, must say where it comes from, unless it clearly does
    not come from a browser.

    Raises:
        DomainError(CROSS_ORIGIN)
    """
    if request.bearer is not None and not request.route.begins_session:
        return
    if _is_silent(request):
        # Every client that signs in gets the cookie of a device; it tells nothing of browsers.
        if cookies.has_others(request.cookies):
            raise DomainError(Code.CROSS_ORIGIN)
        return
    _refuse_foreign(request)


def _is_silent(request: Request) -> bool:
    """Whether the request does not say where it comes from."""
    return b"sec-fetch-site" not in request.headers and b"origin" not in request.headers


def _refuse_foreign(request: Request) -> None:
    site, origin = request.header(b"sec-fetch-site"), request.header(b"origin")
    if site in OWN or (site is None and (origin is None or _is_own(request, origin))):
        return
    if origin is not None and origin in request.settings.cors_origins:
        return
    raise DomainError(Code.CROSS_ORIGIN)


def _is_own(request: Request, origin: str) -> bool:
    if request.settings.public_url:
        return origin == request.settings.public_url
    return origin.partition("://")[2] == request.header(b"host")
