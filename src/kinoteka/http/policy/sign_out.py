"""Signing out: which sessions a request identifies, and what must be checked before they end.

A sign-out ends the session of the access token, even an expired one, of the refresh token in the
body, and of each valid session cookie.
"""

from kinoteka.core.access.model import Actor
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Headers, Response
from kinoteka.http.policy import origins
from kinoteka.http.policy.authentication import by_access_token, by_cookies, identify
from kinoteka.http.policy.request import Request


async def authorize(request: Request) -> None:
    """Find the sessions of the request's headers, and reject a request that must not end them.

    The origin and CSRF checks apply to a request whose cookie would end a session, whatever its
    Authorization header says: browsers send cookies on their own.

    Raises:
        DomainError(PREFETCHED, CROSS_ORIGIN, CSRF_MISSING, CSRF_WRONG)
    """
    _reject_prefetch(request)
    request.actor = await identify(request)
    by_cookie = await by_cookies(request)
    origins.reject_forged(request, despite_bearer=bool(by_cookie))
    if request.route.csrf and by_cookie:
        check_csrf(request, by_cookie[0])
    by_token = await by_access_token(request, even_expired=True)
    found = (*by_cookie, by_token) if by_token is not None else by_cookie
    request.sessions_to_end = frozenset(actor.require_session() for actor in found)


async def sign_out(request: Request, refresh_token: str | None = None) -> Headers:
    """End the sessions that the request identifies; return the header that removes the cookie.

    HEAD ends and removes nothing.

    Raises:
        DomainError(UNAUTHORIZED): there is nothing to end; `with_cookie_removed` then removes the
            cookie all the same.
    """
    sessions_to_end = await _sessions_to_end(request, refresh_token)
    if request.scope["method"] == "HEAD":
        if not sessions_to_end:
            raise DomainError(Code.UNAUTHORIZED)
        return []
    await request.core.sessions.sign_out(request.actor, request.unit, sessions_to_end)
    return [request.session_removal_cookie()]


async def sign_out_if_any(request: Request, refresh_token: str | None = None) -> Headers:
    """End the sessions as `sign_out` does, but do not raise if there are none."""
    sessions_to_end = await _sessions_to_end(request, refresh_token)
    return (
        await sign_out(request, refresh_token)
        if sessions_to_end
        else [request.session_removal_cookie()]
    )


def with_cookie_removed(request: Request, response: Response) -> Response:
    """Remove the cookie with the response to a sign-out that had nothing to end."""
    if request.scope["method"] != "HEAD":
        response.headers = [*response.headers, request.session_removal_cookie()]
    return response


def check_csrf(request: Request, actor: Actor) -> None:
    """Reject a request without the CSRF token of the actor's session.

    Raises:
        DomainError(CSRF_MISSING, CSRF_WRONG, UNAUTHORIZED)
    """
    token = request.header(b"csrf-token") or request.header(b"x-csrf-token")
    request.core.csrf.check(actor, token)


async def _sessions_to_end(request: Request, refresh_token: str | None) -> frozenset[int]:
    if not refresh_token:
        return request.sessions_to_end
    session_id = await request.core.tokens.find_session_id(request.unit, refresh_token)
    return request.sessions_to_end if session_id is None else request.sessions_to_end | {session_id}


def _reject_prefetch(request: Request) -> None:
    """Reject a prefetch: the browser only expects that its user will send the request."""
    purpose = request.headers.get(b"sec-purpose") or request.headers.get(b"purpose") or b""
    if b"prefetch" in purpose.lower():
        raise DomainError(Code.PREFETCHED)
