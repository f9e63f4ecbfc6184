"""Read what belongs to one film, and the films of one person, for their pages.

Public operations: read_parts, read_acted, read_actor.
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


class FilmParts(msgspec.Struct, frozen=True):
    """Cast and writers in order, further titles, codes of countries, and ids by kind."""

    cast: tuple[FilmCredit, ...]
    writers: tuple[FilmCredit, ...]
    titles: tuple[FilmTitle, ...]
    countries: tuple[str, ...]
    ids: dict[str, str]


async def read_parts(unit: Unit, film_id: int) -> FilmParts:
    """Return what belongs to a film that the actor sees."""
    credited = await unit.all(queries.CREDITS, film_id=film_id)
    countries = await unit.all(queries.COUNTRIES, film_id=film_id)
    ids: dict[str, str] = {}
    for kind, value in await unit.all(queries.IDS, film_id=film_id):
        ids.setdefault(kind, value)
    return FilmParts(
        cast=tuple(each for each in credited if each.department == Department.ACTING),
        writers=tuple(each for each in credited if each.department == Department.WRITING),
        titles=tuple(await unit.all(queries.TITLES, film_id=film_id)),
        countries=tuple(country for (country,) in countries),
        ids=ids,
    )


async def read_acted(actor: Actor, unit: Unit, person_id: int) -> list[int]:
    """Return the ids of the visible films in which a person acts, newest first."""
    values = visible_to(actor.labels)
    return [film_id for (film_id,) in await unit.all(queries.ACTED, person_id=person_id, **values)]


async def read_actor(actor: Actor, unit: Unit, person_id: int) -> Director:
    """Return a person who acts in a visible film.

    Raises:
        DomainError(DIRECTOR_UNKNOWN)
    """
    person = await unit.first(queries.PERSON, person_id=person_id)
    if person is None or not await read_acted(actor, unit, person_id):
        raise DomainError(Code.DIRECTOR_UNKNOWN)
    return person
