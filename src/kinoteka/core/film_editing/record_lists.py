"""The credits, titles and countries of a film, as the record of its source has them.

Public operations: read_lists.
"""

from typing import Any

from kinoteka.core.film_editing import queries
from kinoteka.database.film_records import Record
from kinoteka.database.schema import Department
from kinoteka.database.unit import Unit


async def read_lists(unit: Unit, film_id: int) -> Record:
    """Return the lists of a film that are not empty, in the form of `database.film_records`."""
    credited: dict[tuple[int, int], list[Any]] = {}
    for department, position, name, role, kind, value in await unit.all(
        queries.CREDITS, film_id=film_id
    ):
        if kind or department != Department.DIRECTING:
            credit = [department, name, role or "", kind or "", value or ""]
            credited.setdefault((department, position), credit)
    lists = {
        "credits": list(credited.values()),
        "titles": [list(title) for title in await unit.all(queries.TITLES, film_id=film_id)],
        "countries": [country for (country,) in await unit.all(queries.COUNTRIES, film_id=film_id)],
    }
    return {name: values for name, values in lists.items() if values}
