"""Accounts and their profiles.

Structs: `Account` (as stored, without the password hash), `Person` (the public profile),
`NewAccount`, `ProfileChange`, `Credentials`.
"""

import msgspec
from msgspec import UNSET, UnsetType


class Account(msgspec.Struct, frozen=True):
    """An account without its password hash. `birthday` is YYYY-MM-DD, times are in milliseconds.

    `avatar_file` is the name of an uploaded picture. `avatar_address` is the URL of an external
    picture from the sign-up, which an upload replaces. A disabled account (`disabled_at`) cannot
    sign in.
    """

    id: int
    username: str | None
    email: str | None
    given_name: str | None
    family_name: str | None
    birthday: str | None
    status: str | None
    phone: str | None
    avatar_file: str | None
    avatar_address: str | None
    favourite_genre_id: int | None
    superuser: bool
    created_at: int
    disabled_at: int | None = None


class Person(msgspec.Struct, frozen=True):
    """The public profile of an account. Anonymous visitors see neither names nor picture.

    `namesake` is the username of another account that `name` could be mistaken for.
    """

    id: int
    username: str | None
    created_at: int
    given_name: str | None = None
    family_name: str | None = None
    status: str | None = None
    avatar_file: str | None = None
    avatar_address: str | None = None
    namesake: str | None = None

    @property
    def name(self) -> str | None:
        """The given and family name, or else the username. None if the account has none of them."""
        names = (name for name in (self.given_name, self.family_name) if name)
        return " ".join(names) or self.username

    @property
    def address(self) -> str:
        """The path segment that identifies the person: the username, or else the id.

        Browsers would resolve a username of dots to another path.
        """
        if self.username is None or self.username in (".", ".."):
            return str(self.id)
        return self.username


class NewAccount(msgspec.Struct, kw_only=True):
    """The data of a sign-up. It needs a password, and a username or an e-mail address."""

    password: str
    username: str | None = None
    email: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    birthday: str | None = None
    status: str | None = None
    phone: str | None = None
    avatar_address: str | None = None


class ProfileChange(msgspec.Struct, kw_only=True):
    """The fields of a profile to change. UNSET leaves a field, None or an empty text clears it."""

    username: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    given_name: str | UnsetType | None = UNSET
    family_name: str | UnsetType | None = UNSET
    birthday: str | UnsetType | None = UNSET
    status: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    favourite_genre_id: int | UnsetType | None = UNSET


class Credentials(msgspec.Struct, frozen=True):
    """The part of an account that a password check needs."""

    account_id: int
    password_hash: str
