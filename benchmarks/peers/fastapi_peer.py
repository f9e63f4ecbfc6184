"""FastAPI with SQLAlchemy, the way its documentation shows: plain functions, run in threads."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from benchmarks.peers import models

application = FastAPI()


class Named(BaseModel):
    """A genre or a director."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str


class Film(BaseModel):
    """A film."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    title: str
    description: str
    year: int | None
    rating: float | None
    genre: Named | None
    director: Named | None


class Films(BaseModel):
    """A page of films."""

    count: int
    results: list[Film]


class Profile(BaseModel):
    """The account that asks."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    email: str
    name: str


class Credentials(BaseModel):
    """An address and a password."""

    email: str
    password: str


class Token(BaseModel):
    """An access token."""

    access_token: str


def open_session() -> Iterator[Session]:
    """Open a session for one request."""
    with models.new_session() as session:
        yield session


OpenSession = Annotated[Session, Depends(open_session)]


def find_account(session: OpenSession, authorization: Annotated[str, Header()]) -> models.Account:
    """Return the account of the token."""
    account = models.account_of(session, authorization)
    if account is None:
        raise HTTPException(401)
    return account


CurrentAccount = Annotated[models.Account, Depends(find_account)]


@application.get("/movies/", response_model=Films)
def list_films(session: OpenSession, page: int = 1) -> object:
    """Return a page of films."""
    films, count = models.film_page(session, page)
    return {"count": count, "results": films}


@application.get("/movies/{film_id}/", response_model=Film)
def read_film(session: OpenSession, film_id: int) -> object:
    """Return a film."""
    film = models.film(session, film_id)
    if film is None:
        raise HTTPException(404)
    return film


@application.get("/user/", response_model=Profile)
def read_profile(account: CurrentAccount) -> object:
    """Return the account that asks."""
    return account


@application.post("/favorites/movies/{film_id}/", status_code=201)
def add_bookmark(session: OpenSession, account: CurrentAccount, film_id: int) -> None:
    """Bookmark a film."""
    models.bookmark(session, account.id, film_id)


@application.post("/auth/login", response_model=Token)
def sign_in(session: OpenSession, credentials: Credentials) -> object:
    """Return a token."""
    token = models.access_token(session, credentials.email, credentials.password)
    if token is None:
        raise HTTPException(401)
    return {"access_token": token}
