"""Storing: what is staged becomes films of the catalogue, in the caller's transaction."""

import json
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import starmap

import msgspec

from kinoteka.core.catalogue.counts import recount_all
from kinoteka.core.imports import queries
from kinoteka.storage.revisions import RAISE
from kinoteka.storage.search import Entry
from kinoteka.storage.search import sqlite as search
from kinoteka.storage.sqlite import SQLiteReader

SLICE = 20_000
"""Films that are stored in one go."""

OnStored = Callable[[int, int], None]
"""Is told how many of all films have been stored, again and again."""


class Changes(msgspec.Struct, frozen=True):
    """How many films were new, other than before, and the same."""

    added: int
    changed: int
    unchanged: int


def store(
    connection: sqlite3.Connection,
    source: str,
    labels: Sequence[str],
    on_stored: OnStored = lambda *_: None,
) -> Changes:
    """Store what is attached as `staging`; `labels` are those that the operator's rules name.

    Films of the source keep their ids; those that are the same are not touched. Films that are
    not staged stay.
    """
    new_labels = _add_labels(connection, labels)
    last_id = int(connection.execute(queries.LAST_FILM_ID).fetchone()[0])
    given = {"source": source, "ruled": json.dumps(list(labels)), "last_id": last_id}
    connection.execute(queries.PLAN_CHANGED, given)
    connection.execute(queries.PLAN_ADDED, given)
    staged = int(connection.execute(queries.COUNT_STAGED).fetchone()[0])
    planned, added = connection.execute(queries.PLANNED, given).fetchone()
    if planned:
        _store_planned(connection, given, planned, on_stored)
        recount_all(SQLiteReader(connection))
        SQLiteReader(connection).fetch(RAISE, revision="catalogue")
    if new_labels:
        SQLiteReader(connection).fetch(RAISE, revision="access")
    return Changes(added, planned - added, staged - planned)


def _add_labels(connection: sqlite3.Connection, labels: Sequence[str]) -> bool:
    before = connection.total_changes
    connection.executemany(queries.INSERT_LABEL, [(label,) for label in labels])
    return connection.total_changes > before


def _store_planned(
    connection: sqlite3.Connection, given: dict[str, object], planned: int, on_stored: OnStored
) -> None:
    for kind in ("genre", "director"):
        connection.execute(queries.insert_names(kind))
        connection.execute(queries.identify_names(kind))
    connection.execute(queries.DELETE_GENRES, given)
    connection.execute(queries.DELETE_DIRECTORS, given)
    done = 0
    last = int(connection.execute(queries.LAST_POSITION).fetchone()[0])
    with ThreadPoolExecutor(1, "indexing") as beside:
        for after in range(0, last, SLICE):
            part = {**given, "after": after, "until": after + SLICE}
            rows = connection.execute(queries.SEARCHABLE, part).fetchall()
            # SQLite does not hold the interpreter while a statement runs, so this goes on beside.
            words = beside.submit(search.prepare, starmap(Entry, rows))
            done += connection.execute(queries.STORE_FILMS, part).rowcount
            connection.execute(queries.store_members("genre"), part)
            connection.execute(queries.store_members("director"), part)
            search.index_prepared(connection, words.result())
            on_stored(done, planned)
    search.optimize(connection)
