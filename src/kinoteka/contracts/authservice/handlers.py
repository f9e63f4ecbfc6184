"""Handlers of this contract: parse the request, call one service, shape the response."""

from msgspec import UNSET

from kinoteka.contracts.authservice import schemas
from kinoteka.core.accounts.model import NewAccount
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.http.mechanics.response import JSON, Response, encode, json_response
from kinoteka.http.policy import sign_out as sign_out_policy
from kinoteka.http.policy.authentication import PLACEHOLDER_TOKENS, by_access_token
from kinoteka.http.policy.request import Request

KEYS_CACHE_CONTROL = b"public, max-age=3600"


async def sign_up(request: Request, body: schemas.SignUpBody) -> Response:
    """Create an account and start its session. Return its tokens and set its cookie."""
    # Clients send an access token on purpose, but browsers send cookies by themselves.
    if await by_access_token(request) is not None:
        raise DomainError(Code.SIGNED_IN)
    login = {"email" if "@" in body.login else "username": body.login}
    new = NewAccount(password=body.password, **login)
    result = await request.core.sessions.sign_up(request.actor, request.unit, request.visit, new)
    pair = request.core.tokens.issue(result.session, result.actor.roles)
    response = schemas.SignedUp(result.account.id, pair.access_token, pair.refresh_token)
    return json_response(201, response, [request.session_cookie(result)])


async def sign_in(request: Request, body: schemas.SignInBody) -> Response:
    """Start a session. Return its tokens and set its cookie."""
    result = await request.core.sessions.sign_in(
        request.actor, request.unit, request.visit, body.login, body.password
    )
    pair = request.core.tokens.issue(result.session, result.actor.roles)
    response = schemas.Tokens(pair.access_token, pair.refresh_token)
    return json_response(200, response, [request.session_cookie(result)])


async def refresh(request: Request, body: schemas.RefreshBody | None) -> schemas.Tokens:
    """Exchange a refresh token for a new pair of tokens."""
    pair = await request.core.tokens.refresh(request.unit, _refresh_token(request, body))
    return schemas.Tokens(pair.access_token, pair.refresh_token)


def _refresh_token(request: Request, body: schemas.RefreshBody | None) -> str:
    if body is not None and body.refresh_token is not UNSET:
        return body.refresh_token
    token = request.bearer
    if token not in (None, *PLACEHOLDER_TOKENS):
        return str(token)
    if body is None:
        raise DomainError(Code.UNAUTHORIZED)
    raise field_invalid("refresh_token", "missing")


async def sign_out(request: Request, body: schemas.RefreshBody | None) -> Response:
    """End the session and remove its cookie."""
    refresh_token = None if body is None or body.refresh_token is UNSET else body.refresh_token
    return json_response(
        200, schemas.Nothing(), await sign_out_policy.sign_out(request, refresh_token)
    )


async def change_user(
    request: Request, user_id: int, body: schemas.CredentialsChange
) -> schemas.User:
    """Change an account's login, its password, or both."""
    login = None if body.login is UNSET else body.login
    password = None if body.password is UNSET else body.password
    account = await request.core.credentials.change_credentials(
        request.actor, request.unit, user_id, login, password, contract=request.contract.name
    )
    if password is not None and user_id == request.actor.account_id:
        await request.renew_device_cookie()
    return schemas.user(account, body.login)


async def read_history(request: Request, query: schemas.HistoryQuery) -> schemas.HistoryPage:
    """Return the account's own sign-ins, newest first."""
    return schemas.history_page(
        await request.core.sign_in_history.page(request.actor, request.unit, query.page)
    )


async def list_roles(request: Request) -> list[schemas.Role]:
    """Return all roles."""
    return [
        schemas.role(role)
        for role in await request.core.access.list_roles(request.actor, request.unit)
    ]


async def create_role(request: Request, body: schemas.RoleBody) -> schemas.Role:
    """Create a role."""
    return schemas.role(
        await request.core.access.create_role(
            request.actor, request.unit, body.name, body.permissions
        )
    )


async def change_role(request: Request, role_id: int, body: schemas.RoleChange) -> schemas.Role:
    """Rename a role or replace its permissions."""
    name = None if body.name is UNSET else body.name
    permissions = None if body.permissions is UNSET else body.permissions
    return schemas.role(
        await request.core.access.change_role(
            request.actor, request.unit, role_id, name, permissions
        )
    )


async def delete_role(request: Request, role_id: int) -> None:
    """Delete a role."""
    await request.core.access.delete_role(request.actor, request.unit, role_id)


async def assign_role(request: Request, user_id: int, role_id: int) -> schemas.Nothing:
    """Give an account a role."""
    await request.core.access.assign_role(request.actor, request.unit, user_id, role_id)
    return schemas.Nothing()


async def take_role_away(request: Request, user_id: int, role_id: int) -> None:
    """Remove a role from an account."""
    await request.core.access.revoke_role(request.actor, request.unit, user_id, role_id)


async def read_grants(
    request: Request, user_id: int, query: schemas.GrantsQuery
) -> schemas.UserGrants:
    """Return the roles and permissions of an account, and whether it has one permission."""
    grants = await request.core.access.get_grants(request.actor, request.unit, user_id)
    return schemas.user_grants(grants, query.permission)


async def read_keys(request: Request) -> Response:
    """Return the public keys that verify access tokens."""
    return Response(
        200, encode(request.core.tokens.jwks()), [*JSON, (b"cache-control", KEYS_CACHE_CONTROL)]
    )
