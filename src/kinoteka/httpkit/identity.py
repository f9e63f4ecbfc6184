"""Who asks: the Bearer token, or else the session's cookie.

Clients of single pages send `Bearer undefined` and the like while signed out; that is nobody.
"""

from kinoteka.core.access.model import UNASKED, Actor
from kinoteka.errors import Code, DomainError
from kinoteka.httpkit.call import Call
from kinoteka.httpkit.cookies import session_token

NOBODY = ("", "undefined", "null")


def bearer(call: Call) -> str | None:
    """The token of an Authorization header of the scheme Bearer (RFC 6750)."""
    header = call.headers.get(b"authorization")
    if header is None:
        return None
    scheme, _, token = header.decode("latin-1").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def identify(call: Call) -> Actor:
    """The actor of a request.

    Raises:
        DomainError(TOKEN_INVALID): a Bearer token that is no good, on a strict route.
    """
    if call.route.identity == "none":
        return UNASKED
    token = bearer(call)
    if token is None:
        return await _by_cookie(call)
    if token in NOBODY:
        return await call.core.access.anonymous(call.unit)
    try:
        return await _by_access_token(call, token)
    except DomainError:
        if call.route.identity == "lenient":
            return await call.core.access.anonymous(call.unit)
        raise


async def _by_cookie(call: Call) -> Actor:
    token = session_token(call.headers.get(b"cookie"))
    actor = await call.core.actors.by_token(call.unit, token) if token else None
    return actor or await call.core.access.anonymous(call.unit)


async def _by_access_token(call: Call, token: str) -> Actor:
    claims = call.core.tokens.verify(token)
    actor = await call.core.actors.by_id(call.unit, claims.session_id)
    if actor is None or actor.account_id != claims.account_id:
        raise DomainError(Code.TOKEN_INVALID)
    return actor
