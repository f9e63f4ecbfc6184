"""Statements on what belongs to one film. The caller has checked that the film is visible."""

import msgspec
from sqlalchemy import bindparam, func, null, select, union_all

from kinoteka.core.catalogue.model import UNKNOWN, Director
from kinoteka.database.schema import (
    Department,
    film_countries,
    film_credits,
    film_ids,
    film_titles,
    films,
    people,
    person_names,
)
from kinoteka.database.statement import Statement, in_list
from kinoteka.database.translations import person_name
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
        person_name().label("name"),
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

MAX_CREDITED = 1000
"""The number of films that a person's page lists under a department at most."""
CREDITED: Statement[tuple[int, str | None]] = Statement(
    select(films.c.id, film_credits.c.role)
    .join(film_credits, film_credits.c.film_id == films.c.id)
    .where(
        film_credits.c.person_id == bindparam("person_id"),
        film_credits.c.department == bindparam("department"),
        VISIBLE,
    )
    .order_by(films.c.year.desc().nulls_last(), films.c.id.desc())
    .limit(MAX_CREDITED)
)
HAS_CREDIT: Statement[tuple[int]] = Statement(
    select(films.c.id)
    .join(film_credits, film_credits.c.film_id == films.c.id)
    .where(film_credits.c.person_id == bindparam("person_id"), VISIBLE)
    .limit(1)
)
"""Tell whether a person has a credit in a visible film."""
PERSON: Statement[Director] = Statement(
    select(people.c.id, person_name().label("name")).where(
        people.c.id == bindparam("person_id"), people.c.id != UNKNOWN
    ),
    Director,
)


PAGE_DEPARTMENTS = (Department.DIRECTING, Department.WRITING, Department.ACTING)
"""The departments whose people a search finds; their numbers follow each other."""
_of_films = (
    in_list(film_credits.c.film_id, bindparam("ids")),
    film_credits.c.department.between(min(PAGE_DEPARTMENTS).value, max(PAGE_DEPARTMENTS).value),
    film_credits.c.person_id != UNKNOWN,
)
_credit = (film_credits.c.film_id, film_credits.c.department, film_credits.c.person_id)
# Without `coalesce`, the engines might begin at the names and read all films of their people.
_person = func.coalesce(film_credits.c.person_id, null())
NAMES_OF_PEOPLE: Statement[tuple[int, int, int, str]] = Statement(
    union_all(
        select(*_credit, people.c.name).join(people, people.c.id == _person).where(*_of_films),
        select(*_credit, person_names.c.name)
        .join(person_names, person_names.c.person_id == _person)
        .where(*_of_films),
    )
)
"""The credits of films with the names of their people, in every language. The films must be
visible."""
VOTES: Statement[tuple[int, int]] = Statement(
    select(films.c.id, films.c.votes).where(in_list(films.c.id, bindparam("ids")))
)
