"""What this contract's requests and answers look like."""

import msgspec
from msgspec import UNSET, UnsetType

from kinoteka.core.accounts.model import Account, Person, ProfileChange
from kinoteka.http.policy.field_schemas import Email, EmailOrEmpty, NewPassword, Password


class SignInBody(msgspec.Struct):
    """Somebody comes in; `login` is the username or the e-mail address."""

    login: str
    password: Password


class SignUpBody(msgspec.Struct):
    """Somebody new."""

    login: str
    password: NewPassword
    email: Email


class SignOutBody(msgspec.Struct):
    """A refresh token whose session is to end, too, if any."""

    refresh_token: str | None = None


class ProfileBody(msgspec.Struct):
    """The fields of the profile to change. A missing key leaves its field unchanged.

    `name` stands in for `firstname`, which counts where both are sent.
    """

    username: str | UnsetType = UNSET
    email: EmailOrEmpty | UnsetType = UNSET
    firstname: str | UnsetType = UNSET
    lastname: str | UnsetType = UNSET
    name: str | UnsetType = UNSET


class PasswordBody(msgspec.Struct):
    """The present password and the one to come."""

    old_password: Password
    new_password: NewPassword


class Profile(msgspec.Struct):
    """The five keys of a profile; what the account lacks is an empty text."""

    username: str
    email: str
    firstname: str
    lastname: str
    avatar: str


class WhoAmI(msgspec.Struct):
    """The user of the session. `login` is the username, or else the e-mail address."""

    login: str
    name: str
    email: str
    image: str


class Member(msgspec.Struct):
    """Another member. `image` is empty for an avatar hosted elsewhere."""

    login: str
    name: str
    image: str


class Avatar(msgspec.Struct):
    """Where the new avatar is."""

    avatar: str


class Nothing(msgspec.Struct):
    """An answer that says nothing but its status."""


class Message(msgspec.Struct):
    """A refusal."""

    message: str


def profile_change(body: ProfileBody) -> ProfileChange:
    """Return the change that the body asks for."""
    return ProfileChange(
        username=body.username,
        email=body.email,
        given_name=body.name if body.firstname is UNSET else body.firstname,
        family_name=body.lastname,
    )


def who_am_i(account: Account, avatar: str | None) -> WhoAmI:
    """Return the account as its own user sees it in short."""
    email = account.email or ""
    return WhoAmI(account.username or email, account.given_name or "", email, avatar or "")


def member(person: Person, avatar: str | None) -> Member:
    """Return a member as other members see it."""
    return Member(person.username or "", person.given_name or "", avatar or "")


def profile(account: Account, avatar: str | None) -> Profile:
    """The account as this contract shows it."""
    return Profile(
        account.username or "",
        account.email or "",
        account.given_name or "",
        account.family_name or "",
        avatar or "",
    )
