"""Read what belongs to one film, for its page.

Public operations: read_parts.
"""

import msgspec

from kinoteka.core.catalogue.parts import queries
from kinoteka.core.catalogue.parts.queries import FilmCredit, FilmTitle
from kinoteka.database.schema import Department
from kinoteka.database.unit import Unit


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
