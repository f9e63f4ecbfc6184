"""Authorization: what a request must pass before its body is read."""

import msgspec

from kinoteka.http.mechanics import bodies, forms
from kinoteka.http.policy import origins, sign_out
from kinoteka.http.policy.authentication import identify
from kinoteka.http.policy.request import Request


async def authorize(request: Request) -> None:
    """Find the actor of a request. Reject what can be rejected without the body.

    Raises:
        DomainError(CROSS_ORIGIN, UNAUTHORIZED, FORBIDDEN, CSRF_MISSING, CSRF_WRONG, PREFETCHED,
            BODY_COMPRESSED)
    """
    route = request.route
    if route.ends_session:
        await sign_out.authorize(request)
    else:
        request.actor = actor = await identify(request)
        if route.is_unsafe:
            replaces_cookie = route.begins_session and actor.session_id is not None
            origins.reject_forged(request, despite_bearer=replaces_cookie)
        if route.signed_in:
            actor.require_account()
        if route.permission is not None:
            actor.require(route.permission)
        if route.csrf and request.bearer is None:
            sign_out.check_csrf(request, actor)
    language_of = request.contract.language_of
    if language_of is not None:
        request.actor = msgspec.structs.replace(request.actor, language=language_of(request))
    if route.is_unsafe:
        _check_body_headers(request)


def _check_body_headers(request: Request) -> None:
    if b"content-encoding" in request.headers:
        bodies.reject_compressed(request)
    if request.contract.takes_forms and request.route.body is not None and forms.is_form(request):
        origins.reject_unproven_form(request)
