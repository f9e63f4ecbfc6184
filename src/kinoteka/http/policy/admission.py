"""What a request must pass before its body is read."""

from kinoteka.errors import DomainError, field_invalid
from kinoteka.http.mechanics import bodies, forms
from kinoteka.http.mechanics.response import Scope
from kinoteka.http.policy import origins
from kinoteka.http.policy import sign_out as signing_out
from kinoteka.http.policy.authentication import identify
from kinoteka.http.policy.request import Request


async def admit(request: Request) -> None:
    """Find out who asks, and reject what needs no body to be rejected.

    Raises:
        DomainError(CROSS_ORIGIN, UNAUTHORIZED, FORBIDDEN, CSRF_MISSING, CSRF_WRONG, PREFETCHED,
            BODY_COMPRESSED)
    """
    route = request.route
    is_unsafe = route.is_unsafe
    if route.ends_session:
        await signing_out.admit(request)
    else:
        request.actor = await identify(request)
        if is_unsafe:
            replaces_cookie = route.begins_session and request.actor.session_id is not None
            origins.reject_forged(request, despite_bearer=replaces_cookie)
        if route.signed_in:
            request.actor.require_account()
        if route.permission is not None:
            request.actor.require(route.permission)
        if route.csrf and request.bearer is None:
            signing_out.check_csrf(request, request.actor)
    if is_unsafe:
        _check_body_headers(request)


def names_one_host(scope: Scope) -> bool:
    """Whether a request of HTTP/1.1 names exactly one host, as it must (RFC 9112, 3.2)."""
    hosts = 0
    for name, _ in scope["headers"]:  # a loop, because every request comes by
        if name == b"host":
            hosts += 1
    return hosts == 1 or scope.get("http_version") != "1.1"


def host_unclear() -> DomainError:
    """Return the error for a request that does not name exactly one host."""
    return field_invalid("Host", "exactly one such header is needed")


def _check_body_headers(request: Request) -> None:
    if b"content-encoding" in request.headers:
        bodies.reject_compressed(request)
    if request.contract.takes_forms and request.route.body is not None and forms.is_form(request):
        origins.reject_unproven_form(request)
