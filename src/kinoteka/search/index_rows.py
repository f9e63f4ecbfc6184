"""The rows of the search index, for both engines."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from kinoteka.search.entry import IndexEntry, all_spellings, rank_key, terms

SLICE = 20_000
"""The number of films that are indexed together."""


class IndexRows(NamedTuple):
    """Rows of both index tables: (position, terms), and (film id, position, spellings)."""

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
        spellings = all_spellings(entry)
        rank = rank_key(entry)
        rows.append((rank, terms(spellings)))
        films.append((entry.film_id, rank, "\n".join(spellings)))
    rows.sort()
    films.sort()
    return IndexRows(rows, films, count_words(words for *_, words in films))


def count_words(spellings: Iterable[str]) -> Counter[str]:
    """Count the words in spellings of titles, most frequent first."""
    return Counter(dict(Counter("\n".join(spellings).split()).most_common()))
