"""Rebuild the search index after an upgrade that changed what it contains.

The table `search_state` holds the version of the index and the progress of a rebuild. A slice of
films is one transaction, so an interrupted rebuild continues where it stopped. On PostgreSQL,
servers of the previous version go on searching meanwhile.

Public operations: is_current, rebuild.
"""

from sqlalchemy import BigInteger, Integer, bindparam, column, func, select, table, update

from kinoteka.database import film_search
from kinoteka.database.blocking import reading, writing
from kinoteka.database.interface import Reader
from kinoteka.database.revisions import INCREMENT_REVISION
from kinoteka.database.search_entries import entries_after
from kinoteka.database.statement import Statement, lock_rows
from kinoteka.infrastructure.settings import Settings
from kinoteka.search import index_rows
from kinoteka.search.entry import INDEX_VERSION

SLICES = {"sqlite": index_rows.SLICE, "postgresql": 5_000}
"""The number of films that are indexed in a transaction. Servers on PostgreSQL wait for it."""

_state = table(
    "search_state",
    column("version", Integer()),
    column("target", Integer()),
    column("done", BigInteger()),
)
VERSION: Statement[tuple[int]] = Statement(select(_state.c.version))
PROGRESS: Statement[tuple[int, int]] = Statement(
    lock_rows(select(_state.c.target, _state.c.done).where(_state.c.version != INDEX_VERSION))
)
SET_PROGRESS: Statement[tuple[()]] = Statement(
    update(_state).values(target=bindparam("target"), done=bindparam("done"))
)
FINISH: Statement[tuple[()]] = Statement(update(_state).values(version=_state.c.target))
_EXISTS = {
    "sqlite": select(func.count())
    .select_from(table("sqlite_master"))
    .where(column("name") == "search_state"),
    "postgresql": select(func.count(func.to_regclass("search_state"))),
}
EXISTS: Statement[tuple[int]] = Statement(lambda engine: _EXISTS[engine])


def is_current(settings: Settings) -> bool:
    """Return whether the index has the newest version."""
    with reading(settings) as reader:
        return not _is_outdated(reader)


def rebuild(settings: Settings) -> bool:
    """Rebuild an outdated index. Return whether that was necessary.

    Raises:
        DatabaseUnusable: the database is unavailable. The next call continues.
    """
    if is_current(settings):
        return False
    while _index_slice(settings):
        pass
    return True


def _is_outdated(reader: Reader) -> bool:
    if not reader.fetch(EXISTS)[0][0]:
        return False  # a schema of a version that had no other index
    return reader.fetch(VERSION)[0][0] != INDEX_VERSION


def _index_slice(settings: Settings) -> bool:
    """Index the next films. Return False when all are indexed."""
    with writing(settings) as reader:
        progress = reader.fetch(PROGRESS)
        if not progress:
            return False
        target, done = progress[0]
        if target != INDEX_VERSION:
            done = 0
            if reader.engine == "sqlite":
                # The terms of an old entry are unknown, and no server runs while a file migrates.
                film_search.clear(reader)
        entries = entries_after(reader, done, SLICES[reader.engine])
        film_search.index(reader, entries)
        last = entries[-1].film_id if entries else done
        reader.fetch(SET_PROGRESS, target=INDEX_VERSION, done=last)
        if not entries:
            film_search.optimize(reader)
            reader.fetch(FINISH)
            if last:
                reader.fetch(INCREMENT_REVISION, revision="catalogue")
        return bool(entries)
