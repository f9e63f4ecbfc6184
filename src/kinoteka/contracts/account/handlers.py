"""Handlers of this contract: parse the request, call one service, shape the response."""

from kinoteka.contracts.account.schemas import (
    Avatar,
    Member,
    Nothing,
    PasswordBody,
    Profile,
    ProfileBody,
    SignInBody,
    SignOutBody,
    SignUpBody,
    WhoAmI,
    member,
    profile,
    profile_change,
    who_am_i,
)
from kinoteka.core.accounts.model import NewAccount
from kinoteka.core.media.model import PICTURES
from kinoteka.http.mechanics.response import Response, json_response
from kinoteka.http.policy import sign_out as sign_out_policy
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.spooled_files import SpooledFile


async def sign_in(request: Request, body: SignInBody) -> Response:
    """Sign in. Start a session and set its cookie."""
    result = await request.core.sessions.sign_in(
        request.actor, request.unit, request.visit, body.login, body.password
    )
    return json_response(200, Nothing(), [request.session_cookie(result)])


async def sign_up(request: Request, body: SignUpBody) -> Response:
    """Create an account, start its session and set the cookie."""
    new = NewAccount(username=body.login, email=body.email, password=body.password)
    result = await request.core.sessions.sign_up(request.actor, request.unit, request.visit, new)
    return json_response(200, Nothing(), [request.session_cookie(result)])


async def sign_out(request: Request) -> Response:
    """End the session and remove its cookie."""
    return json_response(200, Nothing(), await sign_out_policy.sign_out(request))


async def sign_out_if_signed_in(request: Request, body: SignOutBody | None) -> Response:
    """End the session, if any, and remove its cookie."""
    refresh_token = body.refresh_token if body is not None else None
    return json_response(
        200, Nothing(), await sign_out_policy.sign_out_if_any(request, refresh_token)
    )


async def read_profile(request: Request) -> Profile:
    """Return the account's own profile."""
    account = await request.core.accounts.get_own(request.actor, request.unit)
    return profile(account, request.avatar(account))


async def read_self(request: Request) -> WhoAmI:
    """Return the short profile of the signed-in account."""
    account = await request.core.accounts.get_own(request.actor, request.unit)
    return who_am_i(account, request.avatar(account))


async def read_member(request: Request, login: str) -> Member:
    """Return the public profile of the member with a username."""
    person = await request.core.people.find_by_username(request.actor, request.unit, login)
    return member(person, request.uploaded_avatar(person))


async def change_profile(request: Request, body: ProfileBody) -> Profile:
    """Change the profile fields that are present in the body."""
    change = profile_change(body)
    account = await request.core.credentials.change_profile(
        request.actor, request.unit, change, contract=request.contract.name
    )
    return profile(account, request.avatar(account))


async def delete_profile(request: Request) -> Response:
    """Delete the account and end all its sessions."""
    await request.core.credentials.delete_account(
        request.actor, request.unit, contract=request.contract.name
    )
    return json_response(200, Nothing(), [request.session_removal_cookie()])


async def change_password(request: Request, body: PasswordBody) -> Nothing:
    """Change the password and end every other session of the account."""
    await request.core.credentials.change_password(
        request.actor, request.unit, body.old_password, body.new_password
    )
    await request.renew_device_cookie()
    return Nothing()


async def change_avatar(request: Request, file: SpooledFile) -> Avatar:
    """Store the uploaded picture as the account's avatar."""
    account = await request.core.avatars.change_avatar(request.actor, request.unit, file, PICTURES)
    return Avatar(request.avatar(account) or "")
