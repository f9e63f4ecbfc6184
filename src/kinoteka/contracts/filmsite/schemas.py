"""Schemas of this contract's requests and responses. Every response is `{"body": {…}}`."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from kinoteka.core.accounts.model import Account, NewAccount
from kinoteka.core.library.model import (
    MAX_FILMS,
    NewSelection,
    Selection,
    SelectionChange,
    SelectionPage,
)
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.numbers import Count, Id
from kinoteka.http.policy.field_schemas import Email, NewPassword, Password

BIRTHDAY = re.compile(r"\d{4}-(\d\d|[a-z]{3})-\d\d", re.ASCII | re.IGNORECASE)
BIRTHDAY_WITH_MONTH_NAME = "%Y-%b-%d"
FILM = "film"

Inner = TypeVar("Inner")

# Returns the URL of a film's poster (`Request.poster`).
PosterOf = Callable[[int, str | None], str]


class SignUpBody(msgspec.Struct):
    """A new account. A missing e-mail address or password is handled like an invalid one."""

    email: Email | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET
    avatar_url: str | None = None
    birthday: str | None = None


class SignInBody(msgspec.Struct):
    """The credentials of a sign-in."""

    email: str
    password: Password


class SignOutBody(msgspec.Struct):
    """An optional refresh token whose session ends, too."""

    refresh_token: str | None = None


class SelectionsQuery(msgspec.Struct):
    """A range of a list: `limit` selections after the first `offset` ones."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 15
    offset: Count = 0


class PublicQuery(SelectionsQuery):
    """A range of the public selections, optionally only featured ones or only others."""

    featured: bool | UnsetType = UNSET


class SelectionBody(msgspec.Struct):
    """A new selection. `movies` are the ids of its films, in order."""

    title: str
    description: str = ""
    public: bool = False
    featured: bool = False
    movies: Annotated[list[Id], Meta(max_length=MAX_FILMS)] = []


class SelectionChangeBody(msgspec.Struct):
    """The fields of a selection to change. A missing field stays unchanged."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    public: bool | UnsetType = UNSET
    featured: bool | UnsetType = UNSET


class PlaceBody(msgspec.Struct):
    """The position of a film in a selection, from 0. Without it, the film goes to the end."""

    position: Count | UnsetType = UNSET


class Body(msgspec.Struct, Generic[Inner]):
    """The wrapper of every response."""

    body: Inner


class Nothing(msgspec.Struct):
    """An empty object."""


class Csrf(msgspec.Struct):
    """The CSRF token under both names that clients know."""

    csrf: str
    csrf_token: str = msgspec.field(name="csrf-token")


class User(msgspec.Struct):
    """The account fields of this contract.

    `avatar_url` is empty if there is no avatar, because clients put it into a URL.
    """

    email: str | None
    birthday: str | None
    avatar_url: str


class Profile(User):
    """A profile. Some clients read the fields at this level, others in `user`."""

    user: User


class Movie(msgspec.Struct):
    """A film in a selection. `preview_url` is the URL of its poster."""

    id: int
    title: str
    description: str
    preview_url: str


class Content(Movie):
    """The same film as another generation of front ends reads it. `type` is always `film`."""

    type: str
    year: int | None
    rating: float | None


class MovieSelection(msgspec.Struct):
    """A selection with the films that are visible to the reader."""

    id: int
    title: str
    movies: list[Movie]


class ContentSelection(msgspec.Struct):
    """The same selection as another generation of front ends reads it."""

    id: int
    title: str
    content: list[Content]


class MovieSelections(msgspec.Struct):
    """A range of selections, in both forms that front ends read."""

    movie_selections: list[MovieSelection]
    selections: list[ContentSelection]


class SelectionInBothForms(MovieSelection):
    """A selection with its films in both forms that front ends read."""

    content: list[Content]


class OneSelection(msgspec.Struct):
    """A selection."""

    selection: SelectionInBothForms


class EditableSelection(MovieSelection):
    """A selection as its editors see it."""

    description: str
    public: bool
    featured: bool


class EditableSelections(msgspec.Struct):
    """A range of the selections that the account may edit, and their total number."""

    movie_selections: list[EditableSelection]
    total: int


class OneEditableSelection(msgspec.Struct):
    """A selection that was created or changed."""

    selection: EditableSelection


class Refused(msgspec.Struct):
    """An error: the document's message, and a number that clients switch on."""

    message: str
    status: int


EMPTY = Body(Nothing())


def new_account(body: SignUpBody) -> NewAccount:
    """Return the account that a sign-up requests."""
    return NewAccount(
        email=body.email or "",
        password=body.password or "",
        avatar_address=body.avatar_url or None,
        birthday=birthday(body.birthday) if body.birthday else None,
    )


def birthday(text: str) -> str:
    """Return a birthday as 2001-04-06. Clients of the document's first server send 2001-Apr-06.

    Raises:
        DomainError(BIRTHDAY_INVALID): the text has neither form.
    """
    if not BIRTHDAY.fullmatch(text):
        raise DomainError(Code.BIRTHDAY_INVALID)
    try:
        return datetime.strptime(text, BIRTHDAY_WITH_MONTH_NAME).date().isoformat()
    except ValueError:
        return text


def profile(account: Account, avatar: str | None) -> Body[Profile]:
    """Return an account as this contract's profile."""
    user = User(account.email, account.birthday, avatar or "")
    return Body(Profile(user.email, user.birthday, user.avatar_url, user))


def public_selections(
    selections: Iterable[Selection], poster_of: PosterOf
) -> Body[MovieSelections]:
    """Return public selections in the schema of this contract."""
    movies, contents = [], []
    for each in selections:
        films = _movies(each, poster_of)
        movies.append(MovieSelection(each.id, each.title, films))
        contents.append(ContentSelection(each.id, each.title, _contents(each, films)))
    return Body(MovieSelections(movies, contents))


def public_selection(selection: Selection, poster_of: PosterOf) -> Body[OneSelection]:
    """Return a selection in the schema of this contract."""
    movies = _movies(selection, poster_of)
    content = _contents(selection, movies)
    return Body(OneSelection(SelectionInBothForms(selection.id, selection.title, movies, content)))


def editable_selections(page: SelectionPage, poster_of: PosterOf) -> Body[EditableSelections]:
    """Return a page of the selections that the account may edit."""
    selections = [_editable(each, poster_of) for each in page.selections]
    return Body(EditableSelections(selections, page.total))


def editable_selection(selection: Selection, poster_of: PosterOf) -> Body[OneEditableSelection]:
    """Return a selection as its editors see it."""
    return Body(OneEditableSelection(_editable(selection, poster_of)))


def new_selection(body: SelectionBody) -> NewSelection:
    """Return the selection that a body requests."""
    return NewSelection(
        title=body.title,
        description=body.description,
        featured=body.featured,
        public=body.public,
        film_ids=body.movies,
    )


def selection_change(body: SelectionChangeBody) -> SelectionChange:
    """Return the change that a body requests."""
    return SelectionChange(
        title=body.title,
        description=body.description,
        featured=body.featured,
        public=body.public,
    )


def _editable(selection: Selection, poster_of: PosterOf) -> EditableSelection:
    return EditableSelection(
        selection.id,
        selection.title,
        _movies(selection, poster_of),
        selection.description,
        selection.public,
        selection.featured,
    )


def _movies(selection: Selection, poster_of: PosterOf) -> list[Movie]:
    return [
        Movie(
            film.id,
            film.title,
            film.description,
            poster_of(film.id, film.poster),
        )
        for film in selection.films
    ]


def _contents(selection: Selection, movies: list[Movie]) -> list[Content]:
    return [
        Content(movie.id, movie.title, movie.description, movie.preview_url, FILM, *years)
        for movie, years in zip(
            movies, ((film.year, film.rating) for film in selection.films), strict=True
        )
    ]
