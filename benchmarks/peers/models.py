"""SQLAlchemy's models and the work that FastAPI and Litestar share."""

import os
import time
from typing import Any

import jwt
from argon2 import PasswordHasher
from sqlalchemy import ForeignKey, create_engine, event, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    joinedload,
    mapped_column,
    relationship,
    sessionmaker,
)

PAGE_SIZE = 12
SECRET = "a secret of the benchmark, which protects nothing"
HASHER = PasswordHasher()


class Base(DeclarativeBase):
    """The base of all models."""


class Genre(Base):
    """A genre."""

    __tablename__ = "genres"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Director(Base):
    """A director."""

    __tablename__ = "directors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Film(Base):
    """A film with its first genre and its first director."""

    __tablename__ = "films"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    description: Mapped[str]
    year: Mapped[int | None]
    rating: Mapped[float | None]
    genre_id: Mapped[int | None] = mapped_column(ForeignKey("genres.id"))
    director_id: Mapped[int | None] = mapped_column(ForeignKey("directors.id"))
    genre: Mapped[Genre | None] = relationship()
    director: Mapped[Director | None] = relationship()


class Account(Base):
    """An account."""

    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    name: Mapped[str]
    password: Mapped[str]


class Bookmark(Base):
    """A film that an account has bookmarked."""

    __tablename__ = "bookmarks"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    film_id: Mapped[int] = mapped_column(ForeignKey("films.id"))


engine = create_engine(f"sqlite:///{os.environ['PEER_DATABASE']}")
new_session = sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine, "connect")
def _set_durability(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA synchronous = NORMAL")  # as Kinoteka does by default


def film_page(session: Session, number: int) -> tuple[list[Film], int]:
    """Return a page of films, the newest first, and the number of all films."""
    with_names = select(Film).options(joinedload(Film.genre), joinedload(Film.director))
    films = session.scalars(
        with_names.order_by(Film.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    ).all()
    return list(films), session.scalar(select(func.count()).select_from(Film)) or 0


def film(session: Session, film_id: int) -> Film | None:
    """Return a film with its genre and director."""
    names = [joinedload(Film.genre), joinedload(Film.director)]
    return session.get(Film, film_id, options=names)


def bookmark(session: Session, account_id: int, film_id: int) -> None:
    """Bookmark a film, unless the account has done so before."""
    values = {"account_id": account_id, "film_id": film_id}
    session.execute(insert(Bookmark).values(values).on_conflict_do_nothing())
    session.commit()


def access_token(session: Session, email: str, password: str) -> str | None:
    """Return a token if the password is right."""
    account = session.scalar(select(Account).where(Account.email == email))
    if account is None:
        return None
    HASHER.verify(account.password, password)
    claims = {"sub": str(account.id), "exp": int(time.time()) + 900}
    return jwt.encode(claims, SECRET, algorithm="HS256")


def account_of(session: Session, authorization: str) -> Account | None:
    """Return the account of an Authorization header."""
    claims = jwt.decode(authorization.removeprefix("Bearer "), SECRET, algorithms=["HS256"])
    return session.get(Account, int(claims["sub"]))
