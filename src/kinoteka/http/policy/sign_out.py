"""Signing out: which sessions a request identifies, and what must be checked before they end.

A sign-out ends the session of the access token, even an expired one, of the refresh token in the
body, and of each valid session cookie.
"""

from kinoteka.core.access.model import Actor
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Answer, Headers
from kinoteka.http.policy import origins
from kinoteka.http.policy.authentication import by_access_token, by_cookies, identify
from kinoteka.http.policy.request import Call


async def admit(call: Call) -> None:
    """Find the sessions of the request's headers, and reject a request that must not end them.

    The origin and CSRF checks apply to a request whose cookie would end a session, whatever its
    Authorization header says: browsers send cookies on their own.

    Raises:
        DomainError(PREFETCHED, CROSS_ORIGIN, CSRF_MISSING, CSRF_WRONG)
    """
    _refuse_prefetch(call)
    call.actor = await identify(call)
    by_cookie = await by_cookies(call)
    origins.refuse_forged(call, despite_bearer=bool(by_cookie))
    if call.route.csrf and by_cookie:
        check_csrf(call, by_cookie[0])
    by_token = await by_access_token(call, even_expired=True)
    found = (*by_cookie, by_token) if by_token is not None else by_cookie
    call.ending = frozenset(actor.require_session() for actor in found)


async def sign_out(call: Call, refresh_token: str | None = None) -> Headers:
    """End the sessions that the request identifies; return the header that removes the cookie.

    HEAD ends and removes nothing.

    Raises:
        DomainError(UNAUTHORIZED): there is nothing to end; `with_cookie_removed` then removes the
            cookie all the same.
    """
    ending = await _ending(call, refresh_token)
    if call.scope["method"] == "HEAD":
        if not ending:
            raise DomainError(Code.UNAUTHORIZED)
        return []
    await call.core.sessions.sign_out(call.actor, call.unit, ending)
    return [call.take_session()]


async def sign_out_if_any(call: Call, refresh_token: str | None = None) -> Headers:
    """Do as `sign_out` does, but raise nothing where there is nothing to end."""
    ending = await _ending(call, refresh_token)
    return await sign_out(call, refresh_token) if ending else [call.take_session()]


def with_cookie_removed(call: Call, answer: Answer) -> Answer:
    """Remove the cookie with the response to a sign-out that had nothing to end."""
    if call.scope["method"] != "HEAD":
        answer.headers = [*answer.headers, call.take_session()]
    return answer


def check_csrf(call: Call, actor: Actor) -> None:
    """Reject a request without the CSRF token of the actor's session.

    Raises:
        DomainError(CSRF_MISSING, CSRF_WRONG, UNAUTHORIZED)
    """
    token = call.header(b"csrf-token") or call.header(b"x-csrf-token")
    call.core.csrf.check(actor, token)


async def _ending(call: Call, refresh_token: str | None) -> frozenset[int]:
    if not refresh_token:
        return call.ending
    session_id = await call.core.tokens.session_of(call.unit, refresh_token)
    return call.ending if session_id is None else call.ending | {session_id}


def _refuse_prefetch(call: Call) -> None:
    """Reject a request that no user has made: the browser only expects that one will."""
    purpose = call.headers.get(b"sec-purpose") or call.headers.get(b"purpose") or b""
    if b"prefetch" in purpose.lower():
        raise DomainError(Code.PREFETCHED)
