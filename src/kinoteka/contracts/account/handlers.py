"""What this contract does: parse, one call of a service, shape."""

from kinoteka.contracts.account.shapes import (
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
from kinoteka.http.mechanics.response import Answer, json_answer
from kinoteka.http.policy import sign_out as signing_out
from kinoteka.http.policy.request import Call
from kinoteka.infrastructure.spooled_files import SpooledFile


async def sign_in(call: Call, body: SignInBody) -> Answer:
    """Begin a session and set its cookie."""
    started = await call.core.sessions.sign_in(
        call.actor, call.unit, call.visit, body.login, body.password
    )
    return json_answer(200, Nothing(), [call.give_session(started)])


async def sign_up(call: Call, body: SignUpBody) -> Answer:
    """Make an account, begin its session and set its cookie."""
    new = NewAccount(username=body.login, email=body.email, password=body.password)
    started = await call.core.sessions.sign_up(call.actor, call.unit, call.visit, new)
    return json_answer(200, Nothing(), [call.give_session(started)])


async def sign_out(call: Call) -> Answer:
    """End the session and remove its cookie."""
    return json_answer(200, Nothing(), await signing_out.sign_out(call))


async def sign_out_if_signed_in(call: Call, body: SignOutBody | None) -> Answer:
    """End the session, if there is one, and remove its cookie."""
    refresh_token = body.refresh_token if body is not None else None
    return json_answer(200, Nothing(), await signing_out.sign_out_if_any(call, refresh_token))


async def read_profile(call: Call) -> Profile:
    """One's own profile."""
    account = await call.core.accounts.own(call.actor, call.unit)
    return profile(account, call.avatar(account))


async def read_self(call: Call) -> WhoAmI:
    """Return the user of the session in short."""
    account = await call.core.accounts.own(call.actor, call.unit)
    return who_am_i(account, call.avatar(account))


async def read_member(call: Call, login: str) -> Member:
    """Return the member of a username."""
    person = await call.core.people.find_by_username(call.actor, call.unit, login)
    return member(person, call.uploaded_avatar(person))


async def change_profile(call: Call, body: ProfileBody) -> Profile:
    """Change the fields of the profile that the body has."""
    change = profile_change(body)
    account = await call.core.credentials.change_profile(
        call.actor, call.unit, change, through=call.contract.name
    )
    return profile(account, call.avatar(account))


async def delete_profile(call: Call) -> Answer:
    """Delete the account and end all its sessions."""
    await call.core.credentials.delete_account(call.actor, call.unit, through=call.contract.name)
    return json_answer(200, Nothing(), [call.take_session()])


async def change_password(call: Call, body: PasswordBody) -> Nothing:
    """Change the password; every other session ends."""
    await call.core.credentials.change_password(
        call.actor, call.unit, body.old_password, body.new_password
    )
    await call.renew_device()
    return Nothing()


async def change_avatar(call: Call, file: SpooledFile) -> Avatar:
    """Make a picture one's avatar."""
    account = await call.core.avatars.change_avatar(call.actor, call.unit, file, PICTURES)
    return Avatar(call.avatar(account) or "")
