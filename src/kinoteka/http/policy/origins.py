"""Forged requests: those that a page of another origin has made a browser send.

Sec-Fetch-Site is checked first, then Origin, as in OWASP's cheat sheet on cross-site request
forgery. A request with a Bearer token passes, because no browser adds one on its own. Browsers do
add cookies and Basic credentials.
"""

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics import cookies
from kinoteka.http.policy.request import Request

SAME_SITE = ("same-origin", "none")


def reject_forged(request: Request, *, despite_bearer: bool = False) -> None:
    """Reject an unsafe request that a page of another origin has made a browser send.

    A request with a Bearer token passes, unless it is checked `despite_bearer` because it uses
    the cookie as well.

    Raises:
        DomainError(CROSS_ORIGIN)
    """
    if request.bearer is not None and not despite_bearer:
        return
    if request.route.for_browsers and _names_no_origin(request):
        raise DomainError(Code.CROSS_ORIGIN)  # every browser sends one of the two headers
    _reject_foreign(request)


def reject_unproven_form(request: Request) -> None:
    """Reject a form that may come from another site.

    Browsers send forms to other sites without a preflight. So a form with a cookie and no Bearer
    token, or one that begins a session, must name its origin, unless it clearly does not come from
    a browser.

    Raises:
        DomainError(CROSS_ORIGIN)
    """
    if request.bearer is not None and not request.route.begins_session:
        return
    if _names_no_origin(request):
        # Every client that signs in gets the cookie of a device, so it is no sign of a browser.
        if cookies.has_others(request.cookies):
            raise DomainError(Code.CROSS_ORIGIN)
        return
    _reject_foreign(request)


def _names_no_origin(request: Request) -> bool:
    """Return whether the request has none of the headers that name its origin."""
    return b"sec-fetch-site" not in request.headers and b"origin" not in request.headers


def _reject_foreign(request: Request) -> None:
    site, origin = request.header(b"sec-fetch-site"), request.header(b"origin")
    if site in SAME_SITE or (site is None and (origin is None or _is_own(request, origin))):
        return
    if origin is not None and origin in request.settings.cors_origins:
        return
    raise DomainError(Code.CROSS_ORIGIN)


def _is_own(request: Request, origin: str) -> bool:
    if request.settings.public_url:
        return origin == request.settings.public_url
    return origin.partition("://")[2] == request.header(b"host")
