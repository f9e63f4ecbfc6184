"""The record of a film, as its source has it.

While a film has one source and no locks, its row has all values of the record, which is not stored.
Before the film is edited or gets another source's record, its own must be.

Public operations: store_records.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from kinoteka.core.catalogue.parts import queries as parts
from kinoteka.core.film_editing import queries
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.database.film_records import Record
from kinoteka.database.schema import Department
from kinoteka.database.unit import Unit

NO_VALUES = (None, "", 0, ())


async def store_records(unit: Unit, film: EditableFilm) -> None:
    """Store the values of a film as the records that are not stored yet."""
    ids = [(kind, value) for kind, value in await unit.all(parts.IDS, film_id=film.id)]
    record = msgspec.json.encode(record_of(film, ids) | await _lists(unit, film.id)).decode()
    await unit.run(queries.STORE_RECORD, film_id=film.id, record=record)


def record_of(film: EditableFilm, ids: Sequence[tuple[str, str]]) -> Record:
    """Return the fields of a film and its ids as a record. Fields without a value are omitted."""
    values = msgspec.structs.asdict(film.fields) | {"votes": film.votes, "ids": tuple(ids)}
    return {name: value for name, value in values.items() if value not in NO_VALUES}


async def _lists(unit: Unit, film_id: int) -> Record:
    """Return the credits, titles and countries of a film, if it has any."""
    credited: dict[tuple[int, int], list[Any]] = {}
    for department, position, name, role, kind, value in await unit.all(
        queries.CREDITS, film_id=film_id
    ):
        if kind or department != Department.DIRECTING:
            credit = [department, name, role or "", kind or "", value or ""]
            credited.setdefault((department, position), credit)
    titles = await unit.all(parts.TITLES, film_id=film_id)
    countries = await unit.all(parts.COUNTRIES, film_id=film_id)
    lists = {
        "credits": list(credited.values()),
        "titles": [[each.language, each.kind, each.title] for each in titles],
        "countries": [country for (country,) in countries],
    }
    return {name: values for name, values in lists.items() if values}
