"""Choose the values of a film that several sources have, field by field.

Public operations: choose.
"""

from collections.abc import Sequence
from typing import Any

from kinoteka.core.catalogue.model import FACTS
from kinoteka.database.film_records import Record

LISTS = ("genres", "directors", "countries")


def choose(records: Sequence[Record]) -> Record:
    """Return the values to show for a film. `records` are in the order of their sources' ranks.

    Each field has the value of the first record with one. The rating and the number of votes are
    one value, that of the record with the most votes. The ids and titles are those of all records.
    The credits of each department are those of the first record that has any.
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
    lists = {
        "ids": [list(each) for each in ids],
        "credits": _credits(records),
        "titles": _titles(records),
    }
    return chosen | {name: values for name, values in lists.items() if values}


def _credits(records: Sequence[Record]) -> list[Any]:
    first: dict[int, int] = {}
    for place, record in enumerate(records):
        for credit in record.get("credits", ()):
            first.setdefault(credit[0], place)
    return [
        credit
        for place, record in enumerate(records)
        for credit in record.get("credits", ())
        if first[credit[0]] == place
    ]


def _titles(records: Sequence[Record]) -> list[Any]:
    """Return each title of a language once, with the kind that the first record gives it."""
    chosen: dict[tuple[str, str], Any] = {}
    for record in records:
        for language, kind, title in record.get("titles", ()):
            chosen.setdefault((language, title), [language, kind, title])
    return list(chosen.values())


def _votes(record: Record) -> tuple[int, bool]:
    return record.get("votes", 0), "rating" in record
