"""Full-text search over the titles of films, the same on both engines.

Public operations: find, index, remove, clear, optimize; they work on a `Reader`'s connection.
Each engine's module has the same ones, and others for those that bring many films in.
"""

from collections.abc import Iterable, Sequence
from types import ModuleType

from kinoteka.database.interface import Reader
from kinoteka.search import finding
from kinoteka.search.entry import Entry

__all__ = ["Entry", "clear", "find", "index", "optimize", "remove"]


def find(
    reader: Reader, query: str, labels: Sequence[int] | None, limit: int = finding.LIMIT
) -> list[int]:
    """The ids of the films whose titles have all words of the query, best first.

    A word may be the beginning of a title's word, and may be written wrongly where nothing is
    found otherwise. With `labels`, hidden films and those under other labels are not found; None
    finds all.
    """
    return finding.find(_engine(reader).open_index(reader.connection, labels), query, limit)


def index(reader: Reader, entries: Iterable[Entry]) -> None:
    """Put films into the index, or put them anew, within the reader's transaction."""
    _engine(reader).index(reader.connection, entries)


def remove(reader: Reader, film_ids: Iterable[int]) -> None:
    """Take films out of the index; those that are not in it are left out."""
    _engine(reader).remove(reader.connection, film_ids)


def clear(reader: Reader) -> None:
    """Empty the index."""
    _engine(reader).clear(reader.connection)


def optimize(reader: Reader) -> None:
    """Tidy up after many changes, within the reader's transaction."""
    _engine(reader).optimize(reader.connection)


def _engine(reader: Reader) -> ModuleType:
    if reader.engine == "postgresql":
        from kinoteka.database.engines.postgresql.search import index as postgresql

        return postgresql
    from kinoteka.database.engines.sqlite.search import index as sqlite

    return sqlite
