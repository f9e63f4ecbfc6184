"""The rows of the search index, for both engines."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from kinoteka.search.entry import IndexEntry, count_words, lines_of, rank_key, terms

SLICE = 20_000
"""The number of films that are indexed together."""


class IndexRows(NamedTuple):
    """Rows of both index tables: (position, terms), and (film id, position, lines)."""

    rows: list[tuple[int, str]]
    films: list[tuple[int, int, str]]
    counted: Counter[str]
    """The frequency of each word, most frequent first; the words get numbers in this order."""


def index_rows_of(entries: Iterable[IndexEntry]) -> IndexRows:
    """Compute the index rows of films. This needs no database, so it may run in another thread.

    If a film occurs twice, the last entry counts.
    """
    rows: list[tuple[int, str]] = []
    films: list[tuple[int, int, str]] = []
    for entry in {entry.film_id: entry for entry in entries}.values():
        lines = lines_of(entry)
        rank = rank_key(entry)
        rows.append((rank, terms(lines)))
        films.append((entry.film_id, rank, "\n".join(lines)))
    rows.sort()
    films.sort()
    return IndexRows(rows, films, count_words(lines for *_, lines in films))
