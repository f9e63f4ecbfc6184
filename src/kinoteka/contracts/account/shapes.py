"""What this contract's requests and answers look like."""

import msgspec

from kinoteka.core.accounts.model import Account


class SignInBody(msgspec.Struct):
    """Somebody comes in; `login` is the username or the e-mail address."""

    login: str
    password: str


class SignUpBody(msgspec.Struct):
    """Somebody new."""

    login: str
    password: str
    email: str


class ProfileBody(msgspec.Struct):
    """The whole profile, as it is to be."""

    username: str
    email: str
    firstname: str
    lastname: str


class PasswordBody(msgspec.Struct):
    """The present password and the one to come."""

    old_password: str
    new_password: str


class Profile(msgspec.Struct):
    """The five keys of a profile; what the account lacks is an empty text."""

    username: str
    email: str
    firstname: str
    lastname: str
    avatar: str


class Avatar(msgspec.Struct):
    """Where the new avatar is."""

    avatar: str


class Nothing(msgspec.Struct):
    """An answer that says nothing but its status."""


class Message(msgspec.Struct):
    """A refusal."""

    message: str


def profile(account: Account, avatar: str | None) -> Profile:
    """The account as this contract shows it."""
    return Profile(
        account.username or "",
        account.email or "",
        account.given_name or "",
        account.family_name or "",
        avatar or "",
    )
