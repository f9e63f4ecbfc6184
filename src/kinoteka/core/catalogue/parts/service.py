"""Read what belongs to one film, and the films of one person, for their pages.

Public operations: read_parts, read_credited, read_person.
"""

import msgspec

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.model import Director
from kinoteka.core.catalogue.parts import queries
from kinoteka.core.catalogue.parts.queries import FilmCredit, FilmTitle
from kinoteka.database.schema import Department
from kinoteka.database.unit import Unit
from kinoteka.database.visibility import visible_to
from kinoteka.errors import Code, DomainError

MAX_CAST = 200
"""The number of actors that a film's page shows."""


class FilmParts(msgspec.Struct, frozen=True):
    """Cast, writers and others in order, further titles, codes of countries, and ids by kind.

    `crew` has pairs of a department and its credits, without directors, writers and cast.
    """

    cast: tuple[FilmCredit, ...]
    writers: tuple[FilmCredit, ...]
    crew: tuple[tuple[Department, tuple[FilmCredit, ...]], ...]
    titles: tuple[FilmTitle, ...]
    countries: tuple[str, ...]
    ids: dict[str, str]


async def read_parts(unit: Unit, film_id: int, language: str = "") -> FilmParts:
    """Return what belongs to a film that the actor sees, with people's names in a language."""
    by_department: dict[Department, list[FilmCredit]] = {each: [] for each in Department}
    for credit in await unit.all(queries.CREDITS, film_id=film_id, language=language):
        by_department[Department(credit.department)].append(credit)
    countries = await unit.all(queries.COUNTRIES, film_id=film_id)
    ids: dict[str, str] = {}
    for kind, value in await unit.all(queries.IDS, film_id=film_id):
        ids.setdefault(kind, value)
    return FilmParts(
        cast=tuple(by_department[Department.ACTING][:MAX_CAST]),
        writers=tuple(by_department[Department.WRITING]),
        crew=tuple(
            (department, tuple(credited))
            for department, credited in by_department.items()
            if credited and department not in queries.PAGE_DEPARTMENTS
        ),
        titles=tuple(await unit.all(queries.TITLES, film_id=film_id)),
        countries=tuple(country for (country,) in countries),
        ids=ids,
    )


async def read_credited(
    actor: Actor, unit: Unit, person_id: int, department: Department
) -> dict[int, str | None]:
    """Return the visible films with a person's credit in a department, newest first, with roles."""
    values = {"department": department.value, **visible_to(actor.labels)}
    return dict(await unit.all(queries.CREDITED, person_id=person_id, **values))


async def read_person(actor: Actor, unit: Unit, person_id: int) -> Director:
    """Return a person who has a credit in a visible film.

    Raises:
        DomainError(DIRECTOR_UNKNOWN)
    """
    person = await unit.first(queries.PERSON, person_id=person_id, language=actor.language)
    visible = visible_to(actor.labels)
    if person is None or not await unit.all(queries.HAS_CREDIT, person_id=person_id, **visible):
        raise DomainError(Code.DIRECTOR_UNKNOWN)
    return person
