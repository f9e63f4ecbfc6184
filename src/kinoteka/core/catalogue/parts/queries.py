"""Statements on what belongs to one film. The caller has checked that the film is visible."""

import msgspec
from sqlalchemy import bindparam, select

from kinoteka.core.catalogue.model import UNKNOWN, Director
from kinoteka.database.schema import (
    Department,
    film_countries,
    film_credits,
    film_ids,
    film_titles,
    films,
    people,
)
from kinoteka.database.statement import Statement
from kinoteka.database.visibility import VISIBLE


class FilmCredit(msgspec.Struct, frozen=True):
    """What a person did in a film. `department` is a value of `Department`."""

    department: int
    person_id: int
    name: str
    role: str | None


class FilmTitle(msgspec.Struct, frozen=True):
    """A further title of a film. `language` is empty if it is unknown."""

    language: str
    kind: str
    title: str


CREDITS: Statement[FilmCredit] = Statement(
    select(
        film_credits.c.department,
        film_credits.c.person_id,
        people.c.name,
        film_credits.c.role,
    )
    .join(people, people.c.id == film_credits.c.person_id)
    .where(
        film_credits.c.film_id == bindparam("film_id"),
        film_credits.c.department != Department.DIRECTING.value,
    )
    .order_by(film_credits.c.department, film_credits.c.position),
    FilmCredit,
)
TITLES: Statement[FilmTitle] = Statement(
    select(film_titles.c.language, film_titles.c.kind, film_titles.c.title)
    .where(film_titles.c.film_id == bindparam("film_id"))
    .order_by(film_titles.c.position),
    FilmTitle,
)
COUNTRIES: Statement[tuple[str]] = Statement(
    select(film_countries.c.country)
    .where(film_countries.c.film_id == bindparam("film_id"))
    .order_by(film_countries.c.position)
)
IDS: Statement[tuple[str, str]] = Statement(
    select(film_ids.c.kind, film_ids.c.value)
    .where(film_ids.c.film_id == bindparam("film_id"))
    .order_by(film_ids.c.kind, film_ids.c.value)
)

MOST_ACTED = 200
"""The number of films that a person's page lists under the acting credits at most."""
ACTED: Statement[tuple[int]] = Statement(
    select(films.c.id)
    .join(film_credits, film_credits.c.film_id == films.c.id)
    .where(
        film_credits.c.person_id == bindparam("person_id"),
        film_credits.c.department == Department.ACTING.value,
        VISIBLE,
    )
    .order_by(films.c.year.desc().nulls_last(), films.c.id.desc())
    .limit(MOST_ACTED)
)
PERSON: Statement[Director] = Statement(
    select(people.c.id, people.c.name).where(
        people.c.id == bindparam("person_id"), people.c.id != UNKNOWN
    ),
    Director,
)
