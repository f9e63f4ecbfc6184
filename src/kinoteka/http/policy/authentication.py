"""Authentication: by the Bearer token, or else by the session cookie.

A credential that cannot be used makes the request anonymous. Single-page clients keep a token for
a week and send it with every request; if it were rejected, their public pages would stay empty.
"""

from collections.abc import Sequence
from dataclasses import replace

from kinoteka.core.access.model import UNIDENTIFIED_ACTOR, Actor
from kinoteka.http.mechanics.cookies import session_tokens
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request

PLACEHOLDER_TOKENS = ("", "undefined", "null")
"""Tokens that single-page clients send while no account is signed in."""
CHALLENGE = b"www-authenticate"
INVALID_TOKEN = (CHALLENGE, b'Bearer error="invalid_token"')


async def identify(request: Request) -> Actor:
    """Return the actor of a request, and note on the request whether its token was unusable.

    An unusable Bearer token never falls back to the cookie. On a route that begins a session the
    actor is that of the session that the new one replaces: the cookie's.
    """
    if request.route.identity == "ignored":
        return UNIDENTIFIED_ACTOR
    token = request.bearer
    if token is None:
        if b"cookie" not in request.headers:
            return await request.core.access.anonymous(request.unit)
        return await _by_cookie(request)
    actor = await _by_token(request, token, even_expired=False)
    request.unusable_token = actor is None
    if request.route.begins_session:
        return await _replaced_session(request, actor)
    return actor or await request.core.access.anonymous(request.unit)


async def by_access_token(request: Request, *, even_expired: bool = False) -> Actor | None:
    """Return the actor of the Bearer token's session; None if the token or session is over."""
    token = request.bearer
    return None if token is None else await _by_token(request, token, even_expired=even_expired)


async def by_cookies(request: Request) -> Sequence[Actor]:
    """Return the actors of all valid session cookies, in the order of the request."""
    found = [
        await request.core.actors.by_token(request.unit, token) for token in _cookie_tokens(request)
    ]
    return [actor for actor in found if actor is not None]


def with_invalid_token(request: Request, response: Response) -> Response:
    """Tell the client that its token was unusable, unless the response gives it a session."""
    if request.route.begins_session and response.status < 400:
        return response
    others = [pair for pair in response.headers if pair[0] != CHALLENGE]
    return replace(response, headers=[*others, INVALID_TOKEN])


async def _by_token(request: Request, token: str, *, even_expired: bool) -> Actor | None:
    if token in PLACEHOLDER_TOKENS:
        return None
    claims = request.core.tokens.read_ignoring_expiry(token)
    if claims is None or (claims.has_expired and not even_expired):
        return None
    actor = await request.core.actors.by_id(request.unit, claims.session_id)
    return actor if actor is not None and actor.account_id == claims.account_id else None


async def _by_cookie(request: Request) -> Actor:
    for token in _cookie_tokens(request):
        actor = await request.core.actors.by_token(request.unit, token)
        if actor is not None:
            return actor
    return await request.core.access.anonymous(request.unit)


async def _replaced_session(request: Request, holder: Actor | None) -> Actor:
    """Return the cookie's actor, or an anonymous one if the Bearer token is of the same session.

    HTTP clients send a token as a default header, which must not sign anyone out.
    """
    replaced = await _by_cookie(request)
    if holder is not None and holder.session_id == replaced.session_id:
        return await request.core.access.anonymous(request.unit)
    return replaced


def _cookie_tokens(request: Request) -> Sequence[str]:
    return session_tokens(request.cookies)
