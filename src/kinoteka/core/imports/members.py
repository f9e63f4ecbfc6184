"""Genres, people, titles and countries of films as rows of the staging tables.

Public operations: directors_of, extra_rows.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

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


class Person(NamedTuple):
    """A person of a data set, with an id on another site if the data set has one."""

    name: str
    kind: str | None = None
    value: str | None = None


def _person(credit: Credit) -> Person:
    return Person(credit.name, *(credit.ids[0] if credit.ids else ()))


def _name(member: str | Person) -> str:
    return member if isinstance(member, str) else member.name


def _person_key(person: Any) -> tuple[str, str] | str:
    return (person.kind, person.value) if person.value else name_key(person.name)


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
    "director": (Person(UNKNOWN),),
}


def directors_of(film: FilmRecord) -> tuple[Person, ...]:
    """Return the directors in order, with their ids if the credits have them."""
    credited = {
        credit.name: _person(credit) for credit in film.credits if credit.department == "directing"
    }
    return tuple(credited.get(name) or Person(name) for name in film.directors)


def extra_rows(
    positions: Iterable[int], films: Iterable[FilmRecord], number: Callable[[Person], int]
) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of credits, titles and countries. `number` returns a person's number.

    Credits of directors are staged as lists.
    """
    rows: dict[str, list[tuple[Any, ...]]] = {"credits": [], "other_titles": [], "countries": []}
    for position, film in zip(positions, films, strict=True):
        if film.credits:
            rows["credits"] += _credit_rows(position, film.credits, number)
        for place, title in enumerate(film.titles[:MAX_TITLES]):
            rows["other_titles"].append((position, place, *title))
        for place, country in enumerate(dict.fromkeys(film.countries)):
            rows["countries"].append((position, place, country))
    return {table: found for table, found in rows.items() if found}


def _credit_rows(
    position: int, credited: Iterable[Credit], number: Callable[[Person], int]
) -> list[tuple[Any, ...]]:
    """Return a row for each person and department; several roles become one text."""
    roles: dict[tuple[int, Person], str] = {}
    for credit in credited:
        department = DEPARTMENTS.get(credit.department, Department.CREW.value)
        if department == Department.DIRECTING or not credit.name:
            continue
        key = (department, _person(credit))
        if key in roles:
            roles[key] = " / ".join(filter(None, (roles[key], credit.role)))
        elif len(roles) < MAX_CREDITS:
            roles[key] = credit.role
    return [
        (position, department, place, number(person), role[:MAX_ROLE_LENGTH] or None)
        for place, ((department, person), role) in enumerate(roles.items())
    ]
