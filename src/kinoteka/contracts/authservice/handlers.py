"""What this contract does: parse, one call of a service, shape."""

from msgspec import UNSET

from kinoteka.contracts.authservice import shapes
from kinoteka.core.accounts.model import NewAccount
from kinoteka.errors import Code, DomainError, field_invalid
from kinoteka.http.mechanics.response import JSON, Answer, encode, json_answer
from kinoteka.http.policy import sign_out as signing_out
from kinoteka.http.policy.authentication import NOBODY, by_access_token
from kinoteka.http.policy.request import Call

KEYS_CACHE_CONTROL = b"public, max-age=3600"


async def sign_up(call: Call, body: shapes.SignUpBody) -> Answer:
    """Make an account, begin its session, give its tokens and its cookie."""
    # Nobody sends an access token unknowingly, but browsers send any cookie that they have.
    if await by_access_token(call) is not None:
        raise DomainError(Code.SIGNED_IN)
    named = {"email" if "@" in body.login else "username": body.login}
    new = NewAccount(password=body.password, **named)
    started = await call.core.sessions.sign_up(call.actor, call.unit, call.visit, new)
    pair = call.core.tokens.issue(started.session, started.actor.roles)
    answer = shapes.SignedUp(started.account.id, pair.access_token, pair.refresh_token)
    return json_answer(201, answer, [call.give_session(started)])


async def sign_in(call: Call, body: shapes.SignInBody) -> Answer:
    """Begin a session, give its tokens and its cookie."""
    started = await call.core.sessions.sign_in(
        call.actor, call.unit, call.visit, body.login, body.password
    )
    pair = call.core.tokens.issue(started.session, started.actor.roles)
    answer = shapes.Tokens(pair.access_token, pair.refresh_token)
    return json_answer(200, answer, [call.give_session(started)])


async def refresh(call: Call, body: shapes.RefreshBody | None) -> shapes.Tokens:
    """Give a new pair for a refresh token."""
    pair = await call.core.tokens.refresh(call.unit, _refresh_token(call, body))
    return shapes.Tokens(pair.access_token, pair.refresh_token)


def _refresh_token(call: Call, body: shapes.RefreshBody | None) -> str:
    if body is not None and body.refresh_token is not UNSET:
        return body.refresh_token
    token = call.bearer
    if token not in (None, *NOBODY):
        return str(token)
    if body is None:
        raise DomainError(Code.UNAUTHORIZED)
    raise field_invalid("refresh_token", "missing")


async def sign_out(call: Call, body: shapes.RefreshBody | None) -> Answer:
    """End the session and remove its cookie."""
    refresh_token = None if body is None or body.refresh_token is UNSET else body.refresh_token
    return json_answer(200, shapes.Nothing(), await signing_out.sign_out(call, refresh_token))


async def change_user(call: Call, user_id: int, body: shapes.CredentialsChange) -> shapes.User:
    """Change an account's login, its password, or both."""
    login = None if body.login is UNSET else body.login
    password = None if body.password is UNSET else body.password
    account = await call.core.credentials.change_credentials(
        call.actor, call.unit, user_id, login, password, through=call.contract.name
    )
    if password is not None and user_id == call.actor.account_id:
        await call.renew_device()
    return shapes.user(account, body.login)


async def read_history(call: Call, query: shapes.HistoryQuery) -> shapes.HistoryPage:
    """One's own sign-ins, newest first."""
    return shapes.history_page(
        await call.core.sign_in_history.page(call.actor, call.unit, query.page)
    )


async def list_roles(call: Call) -> list[shapes.RoleShape]:
    """Every role."""
    return [shapes.role(role) for role in await call.core.access.list_roles(call.actor, call.unit)]


async def create_role(call: Call, body: shapes.RoleBody) -> shapes.RoleShape:
    """Make a role."""
    return shapes.role(
        await call.core.access.create_role(call.actor, call.unit, body.name, body.permissions)
    )


async def change_role(call: Call, role_id: int, body: shapes.RoleChange) -> shapes.RoleShape:
    """Rename a role or give it other permissions."""
    name = None if body.name is UNSET else body.name
    permissions = None if body.permissions is UNSET else body.permissions
    return shapes.role(
        await call.core.access.change_role(call.actor, call.unit, role_id, name, permissions)
    )


async def delete_role(call: Call, role_id: int) -> None:
    """Delete a role."""
    await call.core.access.delete_role(call.actor, call.unit, role_id)


async def assign_role(call: Call, user_id: int, role_id: int) -> shapes.Nothing:
    """Give an account a role."""
    await call.core.access.assign_role(call.actor, call.unit, user_id, role_id)
    return shapes.Nothing()


async def take_role_away(call: Call, user_id: int, role_id: int) -> None:
    """Take a role from an account."""
    await call.core.access.take_role_away(call.actor, call.unit, user_id, role_id)


async def read_grants(call: Call, user_id: int, query: shapes.GrantsQuery) -> shapes.UserGrants:
    """What an account holds, and whether that allows the permission that is asked about."""
    grants = await call.core.access.grants_of(call.actor, call.unit, user_id)
    return shapes.user_grants(grants, query.permission)


async def read_keys(call: Call) -> Answer:
    """The public keys of access tokens, for whoever checks them."""
    return Answer(
        200, encode(call.core.tokens.jwks()), [*JSON, (b"cache-control", KEYS_CACHE_CONTROL)]
    )
