"""Read and store the parts of a film that is edited.

Public operations: read, store, namesakes, describe.
"""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence

from kinoteka.core.catalogue.model import Director
from kinoteka.core.catalogue.parts import queries as shown
from kinoteka.core.film_editing.parts import queries
from kinoteka.core.film_editing.parts.model import (
    EDITED_KINDS,
    NEW_PERSON,
    EditedCredit,
    EditedParts,
    Namesake,
)
from kinoteka.core.imports.members import DEPARTMENTS, MAX_ROLE_LENGTH
from kinoteka.core.imports.names import name_key
from kinoteka.database.schema import Department
from kinoteka.database.unit import Unit
from kinoteka.errors import field_invalid

MAX_NAMESAKES = 50
MAX_FILMS = 3
"""The number of films that tell a person from others with the same name."""
AddPerson = Callable[[Unit, str], Awaitable[int]]
"""Adds a person with this name, and returns the id."""

_NUMBERED = re.compile(rf"(.+?)\s*#(\d{{1,18}}|{NEW_PERSON})")


async def read(unit: Unit, film_id: int) -> EditedParts:
    """Return the parts of a film."""
    credited = await unit.all(queries.CREDITS, film_id=film_id)
    countries = await unit.all(shown.COUNTRIES, film_id=film_id)
    ids = await unit.all(shown.IDS, film_id=film_id)
    return EditedParts(
        cast=tuple(map(_edited, credited)),
        titles=tuple(await unit.all(shown.TITLES, film_id=film_id)),
        countries=tuple(country for (country,) in countries),
        ids=tuple((kind, value) for kind, value in ids if kind in EDITED_KINDS),
    )


def _edited(credit: queries.StoredCredit) -> EditedCredit:
    department = Department(credit.department).name.lower()
    person = f"{credit.name} #{credit.person_id}" if credit.is_shared else credit.name
    return EditedCredit(department, person, credit.role or "")


async def store(
    unit: Unit, film_id: int, before: EditedParts, after: EditedParts, add_person: AddPerson
) -> None:
    """Store the parts that differ.

    Raises:
        DomainError(FIELD_INVALID): the name of a person is that of several people, there is no
            person with an id, or another film has an id.
    """
    if after.cast != before.cast:
        rows = await _credit_rows(unit, film_id, after.cast, add_person)
        await unit.run(queries.DELETE_CREDITS, film_id=film_id)
        await unit.run_many(queries.ADD_CREDITS, rows)
    if after.titles != before.titles:
        titles = [
            {
                "film_id": film_id,
                "position": position,
                "language": each.language,
                "kind": each.kind,
                "title": each.title,
            }
            for position, each in enumerate(after.titles)
        ]
        await unit.run(queries.DELETE_TITLES, film_id=film_id)
        await unit.run_many(queries.ADD_TITLES, titles)
    if after.countries != before.countries:
        countries = [
            {"film_id": film_id, "country": code, "position": position}
            for position, code in enumerate(after.countries)
        ]
        await unit.run(queries.DELETE_COUNTRIES, film_id=film_id)
        await unit.run_many(queries.ADD_COUNTRIES, countries)
    if after.ids != before.ids:
        await _store_ids(unit, film_id, after)


async def _store_ids(unit: Unit, film_id: int, after: EditedParts) -> None:
    for kind, value in after.ids:
        owner = await unit.first(queries.FILM_WITH_ID, kind=kind, value=value)
        if owner is not None and owner[0] != film_id:
            raise field_invalid(kind, "id_taken")
    await unit.run(queries.DELETE_IDS, film_id=film_id)
    rows = [{"kind": kind, "value": value, "film_id": film_id} for kind, value in after.ids]
    await unit.run_many(queries.ADD_IDS, rows)


async def _credit_rows(
    unit: Unit, film_id: int, credited: Iterable[EditedCredit], add_person: AddPerson
) -> list[dict[str, object]]:
    """Return a row for each person and department; several roles become one text."""
    roles: dict[tuple[int, int], str] = {}
    people: dict[str, int] = {}
    for each in credited:
        if each.person not in people:
            people[each.person] = await _person_id(unit, each.person, add_person)
        key = (DEPARTMENTS[each.department], people[each.person])
        roles[key] = " / ".join(filter(None, (roles.get(key), each.role)))
    return [
        {
            "film_id": film_id,
            "department": department,
            "position": position,
            "person_id": person_id,
            "role": role[:MAX_ROLE_LENGTH] or None,
        }
        for position, ((department, person_id), role) in enumerate(roles.items())
    ]


async def _person_id(unit: Unit, person: str, add_person: AddPerson) -> int:
    numbered = _NUMBERED.fullmatch(person)
    if numbered is not None and numbered[2] != NEW_PERSON:
        known = await unit.first(shown.PERSON, person_id=int(numbered[2]), language="")
        if known is None or name_key(known.name) != name_key(numbered[1]):
            raise field_invalid("cast", "person_unknown")
        return known.id
    if numbered is not None:
        return await add_person(unit, numbered[1])
    found = await unit.all(queries.PEOPLE_BY_NAME, name_key=name_key(person), most=2)
    if len(found) > 1:
        raise field_invalid("cast", "person_ambiguous")
    return found[0].id if found else await add_person(unit, person)


async def namesakes(unit: Unit, names: Iterable[str]) -> dict[str, Sequence[Namesake]]:
    """Return the people with each of these names that several people have."""
    found: dict[str, Sequence[Namesake]] = {}
    for name in dict.fromkeys(names):
        if not name or _NUMBERED.fullmatch(name):
            continue
        people = await unit.all(queries.PEOPLE_BY_NAME, name_key=name_key(name), most=MAX_NAMESAKES)
        if len(people) > 1:
            found[name] = [
                Namesake(each.id, each.name, await _films_of(unit, each.id)) for each in people
            ]
    return found


async def describe(unit: Unit, people: Iterable[Director]) -> list[Namesake]:
    """Return people with some of their films. Names that several people have get the number."""
    found = []
    for each in people:
        same = await unit.all(queries.PEOPLE_BY_NAME, name_key=name_key(each.name), most=2)
        name = f"{each.name} #{each.id}" if len(same) > 1 else each.name
        found.append(Namesake(each.id, name, await _films_of(unit, each.id)))
    return found


async def _films_of(unit: Unit, person_id: int) -> tuple[str, ...]:
    rows = await unit.all(queries.FILMS_OF_PERSON, person_id=person_id, most=MAX_FILMS)
    return tuple(f"{title} ({year})" if year else title for _, title, year in rows)
