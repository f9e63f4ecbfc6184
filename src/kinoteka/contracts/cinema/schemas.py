"""Schemas of this contract's requests and responses."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from kinoteka.core.accounts.model import Account, ProfileChange
from kinoteka.core.catalogue.model import Director, Film, FilmQuery, Genre
from kinoteka.errors import field_invalid
from kinoteka.http.mechanics.numbers import LARGEST, Id, PageNumber
from kinoteka.http.policy.field_schemas import Email, NewPassword, Password

PASSWORD_FIELDS = ("password_1", "password_2", "old_password", "new_password")
IdText = Annotated[str, Meta(pattern="^([1-9][0-9]{0,14})?$")]


class PageQuery(msgspec.Struct):
    """The number of the page, from 1. Without it, the whole list is returned."""

    page: PageNumber | UnsetType = UNSET


class MoviesQuery(PageQuery):
    """Filters and order of films. `status=new` puts the newest first, `q` searches."""

    status: str = ""
    genre_id: Id | UnsetType = UNSET
    director_id: Id | UnsetType = UNSET
    year: Annotated[int, Meta(ge=-LARGEST, le=LARGEST)] | UnsetType = UNSET
    q: str | UnsetType = UNSET


class RegisterBody(msgspec.Struct):
    """A new account."""

    email: Email
    password: NewPassword


class SignInBody(msgspec.Struct):
    """The credentials of a sign-in. An account without an e-mail address uses its username."""

    email: str
    password: Password


class TokensBody(msgspec.Struct):
    """The pair of tokens to exchange."""

    access_token: str
    refresh_token: str


class ProfileBody(msgspec.Struct):
    """The profile fields to change. A missing field stays unchanged, null clears it."""

    name: str | UnsetType | None = UNSET
    surname: str | UnsetType | None = UNSET
    favorite_genre: Id | IdText | UnsetType | None = UNSET
    favourite_genre: Id | IdText | UnsetType | None = UNSET


class PasswordBody(msgspec.Struct):
    """The current password and the new one, under either pair of names."""

    password_1: Password | UnsetType = UNSET
    password_2: NewPassword | UnsetType = UNSET
    old_password: Password | UnsetType = UNSET
    new_password: NewPassword | UnsetType = UNSET


class PasswordChange(msgspec.Struct):
    """The current password and the new one. Some clients send the new one as both."""

    current: str
    new: str
    accepts_new_password_twice: bool


class Named(msgspec.Struct):
    """A genre or a director."""

    id: int
    name: str


class Movie(msgspec.Struct):
    """A film with its first genre and its first director.

    Strings are never null, because clients call string methods on them.
    """

    id: int
    title: str
    description: str
    trailer: str
    year: int | None
    rating: float | None
    genre_id: int
    director_id: int
    genre: Named
    director: Named


class Registered(msgspec.Struct):
    """A new account."""

    id: int


class Tokens(msgspec.Struct):
    """An access token (a JWT) and the refresh token that renews it."""

    access_token: str
    refresh_token: str


class Profile(msgspec.Struct):
    """Your account. Both spellings of the favourite genre have the same value."""

    id: int
    email: str | None
    name: str | None
    surname: str | None
    favorite_genre: int | None
    favourite_genre: int | None


class Nothing(msgspec.Struct):
    """An empty object."""


class Message(msgspec.Struct):
    """An error."""

    message: str


def film_query(query: MoviesQuery) -> FilmQuery:
    """Return the query of the catalogue that the parameters request."""
    return FilmQuery(
        genre_id=_none_if_unset(query.genre_id),
        director_id=_none_if_unset(query.director_id),
        year=_none_if_unset(query.year),
        text=None if query.q is UNSET else query.q,
        order="newest" if query.status == "new" else "id",
    )


def movie(film: Film) -> Movie:
    """Return a film in the schema of this contract."""
    return Movie(
        film.id,
        film.title,
        film.description,
        film.trailer or "",
        film.year,
        film.rating,
        film.genre.id,
        film.director.id,
        named(film.genre),
        named(film.director),
    )


def named(item: Genre | Director) -> Named:
    """Return a genre or a director in the schema of this contract."""
    return Named(item.id, item.name)


def profile(account: Account) -> Profile:
    """Return an account in the schema of this contract."""
    return Profile(
        account.id,
        account.email,
        account.given_name,
        account.family_name,
        account.favourite_genre_id,
        account.favourite_genre_id,
    )


def profile_change(body: ProfileBody) -> ProfileChange:
    """Return the profile change that a body requests.

    If both spellings of the favourite genre are sent, the document's spelling counts.
    """
    genre = body.favourite_genre if body.favorite_genre is UNSET else body.favorite_genre
    return ProfileChange(
        given_name=body.name,
        family_name=body.surname,
        favourite_genre_id=UNSET if genre is UNSET else int(genre) if genre else None,
    )


def password_change(body: PasswordBody) -> PasswordChange:
    """Return the password change that a body requests.

    Raises:
        DomainError(FIELD_INVALID): a password is missing, or the pairs are mixed.
    """
    sent = {name for name in PASSWORD_FIELDS if getattr(body, name) is not UNSET}
    old_style = "old_password" in sent or "new_password" in sent
    pair = PASSWORD_FIELDS[2:] if old_style else PASSWORD_FIELDS[:2]
    if not sent <= set(pair):
        raise field_invalid(
            " and ".join(name for name in PASSWORD_FIELDS if name in sent),
            "send either password_1 and password_2, or old_password and new_password",
        )
    for name in pair:
        if name not in sent:
            raise field_invalid(name, "missing")
    current, new = (str(getattr(body, name)) for name in pair)
    return PasswordChange(current, new, accepts_new_password_twice=not old_style)


def _none_if_unset(value: int | UnsetType) -> int | None:
    return None if value is UNSET else value
