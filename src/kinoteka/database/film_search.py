"""Full-text search for films, with the same results on both engines.

Public operations: find, search, films_by_person, index, remove, clear, optimize. They use the
connection of a `Reader`. Each engine's module has the same operations, and more for bulk writes.
"""

from collections.abc import Iterable, Sequence
from types import ModuleType

from kinoteka.database.interface import Reader
from kinoteka.search import finder
from kinoteka.search.entry import IndexEntry
from kinoteka.search.finder import Found

__all__ = [
    "Found",
    "IndexEntry",
    "clear",
    "films_by_person",
    "find",
    "index",
    "optimize",
    "remove",
    "search",
]


def find(
    reader: Reader, query: str, labels: Sequence[int] | None, limit: int = finder.LIMIT
) -> list[int]:
    """Return the ids of the films that match all words of the query, best first."""
    return search(reader, query, labels, limit).ids


def search(
    reader: Reader, query: str, labels: Sequence[int] | None, limit: int = finder.LIMIT
) -> Found:
    """Return the films that match all words of the query, best first.

    A word may be the prefix of a word in a title, a name or a year. If nothing else matches, words
    may have typos. With `labels`, hidden films and films with other labels are excluded; None
    includes all films.
    """
    return finder.find(_engine(reader).open_index(reader.connection, labels), query, limit)


def films_by_person(reader: Reader, query: str, labels: Sequence[int] | None, limit: int) -> Found:
    """Return the films of people whose names contain all words of the query, by popularity."""
    opened = _engine(reader).open_index(reader.connection, labels)
    return finder.films_by_person(opened, query, limit)


def index(reader: Reader, entries: Iterable[IndexEntry]) -> None:
    """Add or replace films in the index, within the reader's transaction."""
    _engine(reader).index(reader.connection, entries)


def remove(reader: Reader, film_ids: Iterable[int]) -> None:
    """Remove films from the index; ignore those that are not in it."""
    _engine(reader).remove(reader.connection, film_ids)


def clear(reader: Reader) -> None:
    """Empty the index."""
    _engine(reader).clear(reader.connection)


def optimize(reader: Reader) -> None:
    """Compact the index after many changes, within the reader's transaction."""
    _engine(reader).optimize(reader.connection)


def _engine(reader: Reader) -> ModuleType:
    if reader.engine == "postgresql":
        from kinoteka.database.engines.postgresql.search import index as postgresql

        return postgresql
    from kinoteka.database.engines.sqlite.search import index as sqlite

    return sqlite
