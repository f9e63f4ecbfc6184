"""Genres, people, titles and countries of films as rows of the staging tables.

Public operations: directors_of, extra_rows.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from kinoteka.core.imports.genre_vocabulary import genre_key
from kinoteka.core.imports.names import UNKNOWN, name_key, name_keys
from kinoteka.core.imports.record import Credit, FilmRecord
from kinoteka.database.schema import Department

MAX_CREDITS = 15
"""How many credits of a film are stored, without its directors."""
MAX_TITLES = 8
"""How many further titles of a film are stored."""
MAX_ROLE_LENGTH = 300
DEPARTMENTS = {department.name.lower(): department.value for department in Department}


Person = tuple[str, str | None, str | None]
"""A person of a data set: the name, and the kind and value of an id if the data set has one."""
Member = str | Person
"""A genre or person."""


def _person(credit: Credit) -> Person:
    return (credit.name, *credit.ids[0]) if credit.ids else (credit.name, None, None)


def _person_key(person: Any) -> tuple[str, str] | str:
    name, kind, value = person
    return (kind, value) if value else name_key(name)


def _person_row(person: Any) -> tuple[Any, ...]:
    name, kind, value = person
    return name, *name_keys("director", name), kind, value


def _genre_row(genre: Any) -> tuple[str, ...]:
    return genre, *name_keys("genre", genre)


MEMBER_KEYS: dict[str, Callable[[Any], object]] = {"genre": genre_key, "director": _person_key}
"""Functions that return equal keys for the same genre or person."""
NAME_ROWS: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    "genre": _genre_row,
    "director": _person_row,
}
"""Functions that return the staged columns of a genre or person, after its number."""
UNKNOWN_MEMBER: dict[str, tuple[Any, ...]] = {
    "genre": (UNKNOWN,),
    "director": ((UNKNOWN, None, None),),
}


def directors_of(film: FilmRecord) -> tuple[Person, ...]:
    """Return the directors in order, with their ids if the credits have them."""
    credited = {
        credit.name: _person(credit) for credit in film.credits if credit.department == "directing"
    }
    return tuple(credited.get(name) or (name, None, None) for name in film.directors)


def extra_rows(
    positions: Iterable[int], films: Iterable[FilmRecord], number: Callable[[Person], int]
) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of credits, titles and countries. `number` returns a person's number.

    Credits of directors are staged as lists.
    """
    credit_rows: list[tuple[Any, ...]] = []
    titles: list[tuple[Any, ...]] = []
    countries: list[tuple[Any, ...]] = []
    for position, film in zip(positions, films, strict=True):
        if film.credits:
            credit_rows += _credit_rows(position, film.credits, number)
        for place, title in enumerate(film.titles[:MAX_TITLES]):
            titles.append((position, place, *title))
        for place, country in enumerate(dict.fromkeys(film.countries)):
            countries.append((position, place, country))
    rows = {"credits": credit_rows, "other_titles": titles, "countries": countries}
    return {table: found for table, found in rows.items() if found}


def _credit_rows(
    position: int, credited: Iterable[Credit], number: Callable[[Person], int]
) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each person and department; several roles become one text."""
    roles: dict[tuple[str, Person], str] = {}
    for credit in credited:
        if credit.department == "directing" or not credit.name:
            continue
        key = (credit.department, _person(credit))
        if key in roles:
            roles[key] = " / ".join(filter(None, (roles[key], credit.role)))
        elif len(roles) < MAX_CREDITS:
            roles[key] = credit.role
    for place, ((department, person), role) in enumerate(roles.items()):
        code = DEPARTMENTS.get(department, Department.CREW.value)
        yield position, code, place, number(person), role[:MAX_ROLE_LENGTH] or None
