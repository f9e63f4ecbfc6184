"""Films as they go into an index, whatever the engine."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from kinoteka.search.entry import Entry, all_readings, position, terms

SLICE = 20_000
"""Films indexed in one go."""


class Prepared(NamedTuple):
    """Films in both orders: their positions and terms; their ids, positions and readings."""

    rows: list[tuple[int, str]]
    films: list[tuple[int, int, str]]
    counted: Counter[str]
    """How many times each word stands in them, the commonest first: so they are numbered."""


def prepare(entries: Iterable[Entry]) -> Prepared:
    """Do what needs no database: about half of the work, and it may be done in another thread.

    Of a film that is given twice the last counts.
    """
    rows: list[tuple[int, str]] = []
    films: list[tuple[int, int, str]] = []
    for entry in {entry.film_id: entry for entry in entries}.values():
        ways = all_readings(entry)
        place = position(entry)
        rows.append((place, terms(ways)))
        films.append((entry.film_id, place, "\n".join(ways)))
    rows.sort()
    films.sort()
    return Prepared(rows, films, count_words(words for *_, words in films))


def count_words(readings: Iterable[str]) -> Counter[str]:
    """How many times each word stands in readings of titles, the commonest first."""
    return Counter(dict(Counter("\n".join(readings).split()).most_common()))
