"""What this contract's requests and answers look like."""

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
    """Which page, from 1; all of them where it is left out."""

    page: PageNumber | UnsetType = UNSET


class MoviesQuery(PageQuery):
    """Which films: `status` new puts the newest first, `q` searches."""

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
    """An e-mail address and its password; an account without one has its username here."""

    email: str
    password: Password


class TokensBody(msgspec.Struct):
    """A pair of tokens to be renewed."""

    access_token: str
    refresh_token: str


class ProfileBody(msgspec.Struct):
    """What of the profile is to change; what is left out stays, null clears."""

    name: str | UnsetType | None = UNSET
    surname: str | UnsetType | None = UNSET
    favorite_genre: Id | IdText | UnsetType | None = UNSET
    favourite_genre: Id | IdText | UnsetType | None = UNSET


class PasswordBody(msgspec.Struct):
    """The current password and the new one, by either pair of names."""

    password_1: Password | UnsetType = UNSET
    password_2: NewPassword | UnsetType = UNSET
    old_password: Password | UnsetType = UNSET
    new_password: NewPassword | UnsetType = UNSET


class PasswordChange(msgspec.Struct):
    """The current password and the new one; some clients send the new one in both places."""

    present: str
    new: str
    accepts_new_password_twice: bool


class Named(msgspec.Struct):
    """A genre or a director."""

    id: int
    name: str


class Movie(msgspec.Struct):
    """A film with the first of its genres and of its directors.

    Texts are never null, because clients call string methods on them.
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
    """One's own account; the favourite genre in both spellings."""

    id: int
    email: str | None
    name: str | None
    surname: str | None
    favorite_genre: int | None
    favourite_genre: int | None


class Nothing(msgspec.Struct):
    """An answer that says nothing but its status."""


class Message(msgspec.Struct):
    """A refusal."""

    message: str


def film_query(query: MoviesQuery) -> FilmQuery:
    """What the core is asked for."""
    return FilmQuery(
        genre_id=_given(query.genre_id),
        director_id=_given(query.director_id),
        year=_given(query.year),
        text=None if query.q is UNSET else query.q,
        order="newest" if query.status == "new" else "id",
    )


def movie(film: Film) -> Movie:
    """A film as this contract shows it."""
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
    """A genre or a director as this contract shows it."""
    return Named(item.id, item.name)


def profile(account: Account) -> Profile:
    """The account as this contract shows it."""
    return Profile(
        account.id,
        account.email,
        account.given_name,
        account.family_name,
        account.favourite_genre_id,
        account.favourite_genre_id,
    )


def profile_change(body: ProfileBody) -> ProfileChange:
    """What the core is to change; of two spellings the document's counts."""
    genre = body.favourite_genre if body.favorite_genre is UNSET else body.favorite_genre
    return ProfileChange(
        given_name=body.name,
        family_name=body.surname,
        favourite_genre_id=UNSET if genre is UNSET else int(genre) if genre else None,
    )


def password_change(body: PasswordBody) -> PasswordChange:
    """Return the change of password that a body with one of the two pairs asks for.

    Raises:
        DomainError(FIELD_INVALID): a password is missing, or the pairs are mixed.
    """
    given = {name for name in PASSWORD_FIELDS if getattr(body, name) is not UNSET}
    old_style = "old_password" in given or "new_password" in given
    pair = PASSWORD_FIELDS[2:] if old_style else PASSWORD_FIELDS[:2]
    if not given <= set(pair):
        raise field_invalid(
            " and ".join(name for name in PASSWORD_FIELDS if name in given),
            "send either password_1 and password_2, or old_password and new_password",
        )
    for name in pair:
        if name not in given:
            raise field_invalid(name, "missing")
    present, new = (str(getattr(body, name)) for name in pair)
    return PasswordChange(present, new, accepts_new_password_twice=not old_style)


def _given(value: int | UnsetType) -> int | None:
    return None if value is UNSET else value
