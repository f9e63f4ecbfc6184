"""What this contract's requests and answers look like: `{"body": {…}}` around everything."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from kinoteka.core.accounts.model import Account, NewAccount
from kinoteka.core.library.model import (
    FILMS_MOST,
    NewSelection,
    Selection,
    SelectionChange,
    SelectionPage,
)
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.numbers import Count, Id
from kinoteka.http.policy.field_schemas import Email, NewPassword, Password

BIRTHDAY = re.compile(r"\d{4}-(\d\d|[a-z]{3})-\d\d", re.ASCII | re.IGNORECASE)
OLD_BIRTHDAY = "%Y-%b-%d"
FILM = "film"

Inner = TypeVar("Inner")

# From a path of this server to an address (`Request.absolute`).
Absolute = Callable[[str], str]


class SignUpBody(msgspec.Struct):
    """Somebody new; an e-mail address or a password that is missing is one that is not valid."""

    email: Email | UnsetType = UNSET
    password: NewPassword | UnsetType = UNSET
    avatar_url: str | None = None
    birthday: str | None = None


class SignInBody(msgspec.Struct):
    """Somebody comes in."""

    email: str
    password: Password


class SignOutBody(msgspec.Struct):
    """A refresh token whose session is to end, too, if any."""

    refresh_token: str | None = None


class SelectionsQuery(msgspec.Struct):
    """Which selections: `limit` of them after the first `offset`."""

    limit: Annotated[int, Meta(ge=1, le=100)] = 15
    offset: Count = 0


class PublicQuery(SelectionsQuery):
    """Of the public ones those that are featured, or those that are not."""

    featured: bool | UnsetType = UNSET


class SelectionBody(msgspec.Struct):
    """A selection to be; `movies` are films' ids in order."""

    title: str
    description: str = ""
    public: bool = False
    featured: bool = False
    movies: Annotated[list[Id], Meta(max_length=FILMS_MOST)] = []


class SelectionChangeBody(msgspec.Struct):
    """What of a selection is to change; what is left out stays."""

    title: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    public: bool | UnsetType = UNSET
    featured: bool | UnsetType = UNSET


class PlaceBody(msgspec.Struct):
    """Where in a selection a film is to stand, from 0; left out, at the end."""

    position: Count | UnsetType = UNSET


class Body(msgspec.Struct, Generic[Inner]):
    """The wrapper of every answer."""

    body: Inner


class Nothing(msgspec.Struct):
    """An answer that says nothing but its status."""


class Csrf(msgspec.Struct):
    """The token, under both names that clients know."""

    csrf: str
    csrf_token: str = msgspec.field(name="csrf-token")


class User(msgspec.Struct):
    """The three fields that this contract shows of an account.

    `avatar_url` is an empty text without an avatar, because clients put it into a URL.
    """

    email: str | None
    birthday: str | None
    avatar_url: str


class Profile(User):
    """The same again one level down, where other clients look."""

    user: User


class Movie(msgspec.Struct):
    """A film in a selection; `preview_url` is the address of its poster."""

    id: int
    title: str
    description: str
    preview_url: str


class Content(Movie):
    """The same film as another generation of front ends reads it; `type` is always film."""

    type: str
    year: int | None
    rating: float | None


class MovieSelection(msgspec.Struct):
    """A selection with the films that the viewer sees."""

    id: int
    title: str
    movies: list[Movie]


class ContentSelection(msgspec.Struct):
    """The same selection as another generation of front ends reads it."""

    id: int
    title: str
    content: list[Content]


class MovieSelections(msgspec.Struct):
    """Some selections of the list, each in both shapes that front ends read."""

    movie_selections: list[MovieSelection]
    selections: list[ContentSelection]


class SelectionInBothForms(MovieSelection):
    """A selection with its films in both shapes that front ends read."""

    content: list[Content]


class OneSelection(msgspec.Struct):
    """One selection."""

    selection: SelectionInBothForms


class EditableSelection(MovieSelection):
    """A selection as its editor sees it."""

    description: str
    public: bool
    featured: bool


class EditableSelections(msgspec.Struct):
    """Some of the selections that one may edit, and how many they are."""

    movie_selections: list[EditableSelection]
    total: int


class OneEditableSelection(msgspec.Struct):
    """A selection that has been made or changed."""

    selection: EditableSelection


class Refused(msgspec.Struct):
    """A refusal: the words of the document, and the number by which clients switch."""

    message: str
    status: int


NOTHING = Body(Nothing())


def new_account(body: SignUpBody) -> NewAccount:
    """The account that somebody signs up for."""
    return NewAccount(
        email=body.email or "",
        password=body.password or "",
        avatar_address=body.avatar_url or None,
        birthday=birthday(body.birthday) if body.birthday else None,
    )


def birthday(text: str) -> str:
    """2001-04-06, or 2001-Apr-06, as clients of the document's first server send it, as 2001-04-06.

    Raises:
        DomainError(BIRTHDAY_INVALID): written in another way.
    """
    if not BIRTHDAY.fullmatch(text):
        raise DomainError(Code.BIRTHDAY_INVALID)
    try:
        return datetime.strptime(text, OLD_BIRTHDAY).date().isoformat()
    except ValueError:
        return text


def profile(account: Account, avatar: str | None) -> Body[Profile]:
    """The account as this contract shows it."""
    user = User(account.email, account.birthday, avatar or "")
    return Body(Profile(user.email, user.birthday, user.avatar_url, user))


def selections_shown(selections: Iterable[Selection], absolute: Absolute) -> Body[MovieSelections]:
    """A list of selections as this contract shows it."""
    movies, contents = [], []
    for each in selections:
        found = _movies(each, absolute)
        movies.append(MovieSelection(each.id, each.title, found))
        contents.append(ContentSelection(each.id, each.title, _contents(each, found)))
    return Body(MovieSelections(movies, contents))


def selection_shown(selection: Selection, absolute: Absolute) -> Body[OneSelection]:
    """A selection as this contract shows it."""
    movies = _movies(selection, absolute)
    content = _contents(selection, movies)
    return Body(OneSelection(SelectionInBothForms(selection.id, selection.title, movies, content)))


def shelf_edited(shelf: SelectionPage, absolute: Absolute) -> Body[EditableSelections]:
    """The selections that one may edit."""
    found = [_edited(each, absolute) for each in shelf.selections]
    return Body(EditableSelections(found, shelf.total))


def selection_edited(selection: Selection, absolute: Absolute) -> Body[OneEditableSelection]:
    """A selection as its editor sees it."""
    return Body(OneEditableSelection(_edited(selection, absolute)))


def new_selection(body: SelectionBody) -> NewSelection:
    """The selection to be made."""
    return NewSelection(
        title=body.title,
        description=body.description,
        featured=body.featured,
        public=body.public,
        film_ids=body.movies,
    )


def selection_change(body: SelectionChangeBody) -> SelectionChange:
    """What of a selection the core is to change."""
    return SelectionChange(
        title=body.title,
        description=body.description,
        featured=body.featured,
        public=body.public,
    )


def _edited(selection: Selection, absolute: Absolute) -> EditableSelection:
    return EditableSelection(
        selection.id,
        selection.title,
        _movies(selection, absolute),
        selection.description,
        selection.public,
        selection.featured,
    )


def _movies(selection: Selection, absolute: Absolute) -> list[Movie]:
    return [
        Movie(
            film.id,
            film.title,
            film.description,
            film.poster or absolute(f"/media/films/{film.id}.svg"),
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
