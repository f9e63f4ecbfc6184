"""Bring what searches and the order by title are made of up to date, after films changed.

Public operations: index_films.
"""

from kinoteka.database.film_sort import store_keys
from kinoteka.database.search_entries import ENTRIES
from kinoteka.database.unit import Unit


async def index_films(unit: Unit, *film_ids: int) -> None:
    """Index a few films again, in the unit's transaction."""
    entries = await unit.all(ENTRIES, ids=list(film_ids))
    await unit.index(entries)
    await store_keys(unit, entries)
