"""Full-text search over the titles of films, the same on both engines.

Public operations: find, index, remove; they work on a `Reader`'s connection.
"""

from collections.abc import Iterable, Sequence
from types import ModuleType

from kinoteka.storage.database import Reader
from kinoteka.storage.search.entry import Entry
from kinoteka.storage.search.finding import LIMIT

__all__ = ["Entry", "find", "index", "remove"]


def find(reader: Reader, query: str, labels: Sequence[int] | None, limit: int = LIMIT) -> list[int]:
    """The ids of the films whose titles have all words of the query, best first.

    A word may be the beginning of a title's word, and may be written wrongly where nothing is
    found otherwise. Films under a label that is not among `labels` are not found; None finds all.
    """
    from kinoteka.storage.search import finding

    return finding.find(reader.connection, query, labels, limit)


def index(reader: Reader, entries: Iterable[Entry]) -> None:
    """Put films into the index, or put them anew, within the reader's transaction."""
    _engine(reader).index(reader.connection, entries)


def remove(reader: Reader, film_ids: Iterable[int]) -> None:
    """Take films out of the index; those that are not in it are left out."""
    _engine(reader).remove(reader.connection, film_ids)


def _engine(reader: Reader) -> ModuleType:
    if reader.engine == "postgresql":
        raise NotImplementedError
    from kinoteka.storage.search import sqlite

    return sqlite
