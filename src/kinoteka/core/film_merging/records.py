"""The records of a film's sources, as JSON.

While a film has one source, its row has all values of the record, which is not stored. Before the
film gets another source's record, its own must be.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from kinoteka.core.catalogue.model import FIELDS
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.film_editing.record_lists import read_lists
from kinoteka.core.film_merging import queries
from kinoteka.database.film_records import Record
from kinoteka.database.unit import Unit

NO_VALUES = (None, "", 0, ())


def record_of(film: EditableFilm, ids: Sequence[tuple[str, str]], lists: Record) -> str:
    """Return the record with the values of a film. Fields without a value are omitted.

    `lists` has the film's credits, titles and countries.
    """
    values: dict[str, Any] = {name: getattr(film.fields, name) for name in FIELDS}
    values |= {"votes": film.votes, "ids": tuple(map(tuple, ids))}
    present = {name: value for name, value in values.items() if value not in NO_VALUES}
    return msgspec.json.encode(present | lists).decode()


async def store_records(unit: Unit, film: EditableFilm) -> None:
    """Store the values of a film as the records that are not stored yet."""
    ids = [(kind, value) for kind, value in await unit.all(queries.IDS, film_id=film.id)]
    lists = await read_lists(unit, film.id)
    await unit.run(queries.STORE_RECORDS, film_id=film.id, record=record_of(film, ids, lists))
