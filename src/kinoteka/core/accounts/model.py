"""Accounts and what can be said of them.

Shapes: `Account` (as stored, without its password), `Person` (as others see it), `NewAccount`,
`ProfileChange`, `Credentials`.
"""

import msgspec
from msgspec import UNSET, UnsetType


class Account(msgspec.Struct, frozen=True):
    """An account without its password. `birthday` is YYYY-MM-DD, other times milliseconds.

    `avatar_file` is the name of an uploaded picture; `avatar_address` an address elsewhere,
    given at sign-up; an upload replaces it. Who is disabled (`disabled_at`) cannot sign in.
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
    """What others see of an account; who is not signed in sees neither names nor picture.

    `namesake` is the username of another account, if `name` could be taken for it.
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
        """The given and family name, or else the username; None where there is none of them."""
        names = (each for each in (self.given_name, self.family_name) if each)
        return " ".join(names) or self.username

    @property
    def address(self) -> str:
        """By what the person is found: the username, or else the id.

        A username of dots alone would lead browsers to another path.
        """
        if self.username is None or self.username in (".", ".."):
            return str(self.id)
        return self.username


class NewAccount(msgspec.Struct, kw_only=True):
    """What somebody signs up with: a password, and a username or an e-mail address."""

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
    """What is to change; UNSET leaves as it is, None or an empty text clears."""

    username: str | UnsetType | None = UNSET
    email: str | UnsetType | None = UNSET
    given_name: str | UnsetType | None = UNSET
    family_name: str | UnsetType | None = UNSET
    birthday: str | UnsetType | None = UNSET
    status: str | UnsetType | None = UNSET
    phone: str | UnsetType | None = UNSET
    favourite_genre_id: int | UnsetType | None = UNSET


class Credentials(msgspec.Struct, frozen=True):
    """What a password check needs of an account."""

    account_id: int
    password_hash: str
