"""Choose the values of a film that several sources have, field by field.

Public operations: choose.
"""

from collections.abc import Sequence
from typing import Any

from kinoteka.core.catalogue.model import FACTS
from kinoteka.database.film_combining import Record

LISTS = ("genres", "directors")


def choose(records: Sequence[Record]) -> Record:
    """Return the values to show for a film. `records` are in the order of their sources' ranks.

    Each field has the value of the first record with one. The rating and the number of votes are
    one value, that of the record with the most votes. The ids are those of all records.
    """
    chosen: dict[str, Any] = {}
    for record in reversed(records):
        chosen.update((name, record[name]) for name in (*FACTS, *LISTS) if name in record)
    popular = max(records, key=_votes)
    for name in ("rating", "votes"):
        chosen.pop(name, None)
        if name in popular:
            chosen[name] = popular[name]
    if chosen.get("original_title") == chosen["title"]:
        del chosen["original_title"]
    ids = dict.fromkeys(tuple(each) for record in records for each in record.get("ids", ()))
    if ids:
        chosen["ids"] = [list(each) for each in ids]
    return chosen


def _votes(record: Record) -> tuple[int, bool]:
    return record.get("votes", 0), "rating" in record
