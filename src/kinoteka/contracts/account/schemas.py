"""Schemas of this contract's requests and responses."""

import msgspec
from msgspec import UNSET, UnsetType

from kinoteka.core.accounts.model import Account, Person, ProfileChange
from kinoteka.http.policy.field_schemas import Email, EmailOrEmpty, NewPassword, Password


class SignInBody(msgspec.Struct):
    """The credentials of a sign-in. `login` is the username or the e-mail address."""

    login: str
    password: Password


class SignUpBody(msgspec.Struct):
    """A new account."""

    login: str
    password: NewPassword
    email: Email


class SignOutBody(msgspec.Struct):
    """An optional refresh token whose session ends, too."""

    refresh_token: str | None = None


class ProfileBody(msgspec.Struct):
    """The profile fields to change. A missing key leaves its field unchanged.

    `name` is an alias of `firstname`. If both are sent, `firstname` counts.
    """

    username: str | UnsetType = UNSET
    email: EmailOrEmpty | UnsetType = UNSET
    firstname: str | UnsetType = UNSET
    lastname: str | UnsetType = UNSET
    name: str | UnsetType = UNSET


class PasswordBody(msgspec.Struct):
    """The current password and the new one."""

    old_password: Password
    new_password: NewPassword


class Profile(msgspec.Struct):
    """A profile. A field that the account lacks is an empty string."""

    username: str
    email: str
    firstname: str
    lastname: str
    avatar: str


class WhoAmI(msgspec.Struct):
    """The signed-in account. `login` is the username, or else the e-mail address."""

    login: str
    name: str
    email: str
    image: str


class Member(msgspec.Struct):
    """Another member. `image` is empty if the avatar is hosted elsewhere."""

    login: str
    name: str
    image: str


class Avatar(msgspec.Struct):
    """The URL of the new avatar."""

    avatar: str


class Nothing(msgspec.Struct):
    """An empty object."""


class Message(msgspec.Struct):
    """An error."""

    message: str


def profile_change(body: ProfileBody) -> ProfileChange:
    """Return the profile change that a body requests."""
    return ProfileChange(
        username=body.username,
        email=body.email,
        given_name=body.name if body.firstname is UNSET else body.firstname,
        family_name=body.lastname,
    )


def who_am_i(account: Account, avatar: str | None) -> WhoAmI:
    """Return the short profile that the account itself gets."""
    email = account.email or ""
    return WhoAmI(account.username or email, account.given_name or "", email, avatar or "")


def member(person: Person, avatar: str | None) -> Member:
    """Return a member as other members see it."""
    return Member(person.username or "", person.given_name or "", avatar or "")


def profile(account: Account, avatar: str | None) -> Profile:
    """Return an account as this contract's profile."""
    return Profile(
        account.username or "",
        account.email or "",
        account.given_name or "",
        account.family_name or "",
        avatar or "",
    )
