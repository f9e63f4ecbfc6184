"""Litestar with SQLAlchemy and msgspec: plain functions, run in threads."""

from typing import Annotated

import msgspec
from litestar import Litestar, get, post
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.params import Parameter

from benchmarks.peers import models


class Named(msgspec.Struct):
    """A genre or a director."""

    id: int
    name: str


class Film(msgspec.Struct):
    """A film."""

    id: int
    title: str
    description: str
    year: int | None
    rating: float | None
    genre: Named | None
    director: Named | None


class Films(msgspec.Struct):
    """A page of films."""

    count: int
    results: list[Film]


class Profile(msgspec.Struct):
    """The account that asks."""

    id: int
    email: str
    name: str


class Credentials(msgspec.Struct):
    """An address and a password."""

    email: str
    password: str


class Token(msgspec.Struct):
    """An access token."""

    access_token: str


Authorization = Annotated[str, Parameter(header="Authorization")]


@get("/movies/", sync_to_thread=True)
def list_films(page: int = 1) -> Films:
    """Return a page of films."""
    with models.new_session() as session:
        films, count = models.film_page(session, page)
        return Films(count, [msgspec.convert(film, Film, from_attributes=True) for film in films])


@get("/movies/{film_id:int}/", sync_to_thread=True)
def read_film(film_id: int) -> Film:
    """Return a film."""
    with models.new_session() as session:
        film = models.film(session, film_id)
        if film is None:
            raise NotFoundException
        return msgspec.convert(film, Film, from_attributes=True)


@get("/user/", sync_to_thread=True)
def read_profile(authorization: Authorization) -> Profile:
    """Return the account that asks."""
    with models.new_session() as session:
        account = models.account_of(session, authorization)
        if account is None:
            raise NotAuthorizedException
        return msgspec.convert(account, Profile, from_attributes=True)


@post("/favorites/movies/{film_id:int}/", sync_to_thread=True)
def add_bookmark(authorization: Authorization, film_id: int) -> None:
    """Bookmark a film."""
    with models.new_session() as session:
        account = models.account_of(session, authorization)
        if account is None:
            raise NotAuthorizedException
        models.bookmark(session, account.id, film_id)


@post("/auth/login", sync_to_thread=True, status_code=200)
def sign_in(data: Credentials) -> Token:
    """Return a token."""
    with models.new_session() as session:
        token = models.access_token(session, data.email, data.password)
    if token is None:
        raise NotAuthorizedException
    return Token(token)


application = Litestar([list_films, read_film, read_profile, add_bookmark, sign_in])
