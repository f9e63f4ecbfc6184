"""Store staged films in an SQLite catalogue, in one transaction."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import msgspec

from kinoteka.database.engines.sqlite.bulk import (
    OPTIMIZE_WAIT_SECONDS,
    bulk_transaction,
    exclusive_lock,
    optimize,
    translated_errors,
)
from kinoteka.database.engines.sqlite.driver import SQLiteReader, connect
from kinoteka.database.engines.sqlite.imports import queries
from kinoteka.database.engines.sqlite.imports.session import SQLiteImportSession
from kinoteka.database.engines.sqlite.imports.staging import StagingFile
from kinoteka.database.engines.sqlite.search import index as search
from kinoteka.database.film_combining import combine, finish
from kinoteka.database.film_matching import COUNT_RULES, match
from kinoteka.database.film_sort import SliceKeys
from kinoteka.database.import_members import EXTRAS
from kinoteka.database.import_target import (
    Batch,
    BeforeCommit,
    Changes,
    ImportRules,
    OnStored,
    films_per_slice,
)
from kinoteka.database.member_tables import KINDS
from kinoteka.database.revisions import INCREMENT_REVISION
from kinoteka.database.search_entries import read_entries
from kinoteka.database.source_ranks import default_rank
from kinoteka.database.title_changes import check_titles
from kinoteka.database.weighted_ratings import estimate_prior
from kinoteka.infrastructure.clock import now
from kinoteka.search.index_rows import IndexRows, index_rows_of

LOCK, STAGING = ".importing", ".staging"
"""Suffixes of the files beside the database while an import runs."""


@contextmanager
def sqlite_import_target(database: Path) -> Iterator["SQLiteImportTarget"]:
    """Open the catalogue in this file for an import, and lock out others.

    Raises:
        AlreadyRunning, BulkFailed
    """
    with translated_errors(), exclusive_lock(database.with_suffix(LOCK)):
        yield SQLiteImportTarget(database)


class SQLiteImportTarget:
    """A catalogue in a database file, with a staging file beside it during an import."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._staging = database.with_suffix(STAGING)

    def has_previous_fingerprints(self, source: str) -> bool:
        """Return whether films of this source have the previous version of the fingerprint."""
        with closing(connect(self._database)) as connection:
            found = connection.execute(queries.HAS_PREVIOUS, {"source": source}).fetchone()
        return bool(found[0])

    def create_staging_tables(self) -> StagingFile:
        """Create a new staging file."""
        return StagingFile(self._staging)

    def store(
        self,
        source: str,
        rules: ImportRules,
        on_stored: OnStored,
        before_commit: BeforeCommit,
    ) -> Batch:
        """Store the staged films and call `before_commit`, in one transaction."""

        def find_films(connection: sqlite3.Connection) -> None:
            match(SQLiteImportSession(connection), _known_source_id(connection, source))

        transaction = bulk_transaction(self._database, self._staging, "staging", find_films)
        with transaction as connection:
            batch = _store(connection, source, rules, on_stored)
            before_commit(SQLiteReader(connection))
        return batch

    def optimize(self) -> None:
        """Compact the search index, update the statistics and shrink the write-ahead log."""
        _compact_index(self._database)
        optimize(self._database)


def _compact_index(database: Path) -> None:
    """Compact the search index after the import, because other writers wait meanwhile.

    If the file stays locked or the disk is full, the next import does it.
    """
    with closing(connect(database)) as connection, suppress(sqlite3.OperationalError):
        connection.execute(f"PRAGMA busy_timeout = {OPTIMIZE_WAIT_SECONDS * 1000}")
        connection.execute("BEGIN IMMEDIATE")
        search.optimize(connection)
        connection.execute("COMMIT")


def _store(
    connection: sqlite3.Connection, source: str, rules: ImportRules, on_stored: OnStored
) -> Batch:
    new_labels = _add_labels(connection, rules.labels)
    last_id = int(connection.execute(queries.last_id("films")).fetchone()[0])
    parameters: dict[str, object] = {
        "source_id": _source_id(connection, source),
        "ruled": json.dumps(list(rules.labels)),
        "last_id": last_id,
    }
    for statement in queries.PLAN:
        connection.execute(statement, parameters)
    if not rules.replaces and not rules.is_undo:
        check_titles(SQLiteImportSession(connection), _number(parameters, "source_id"))
    adopted = _count_adopted(connection)
    relabelled = _relabel(connection, parameters) if rules.labels else 0
    _adopt(connection, parameters)
    _combine(connection, parameters, rules)
    staged = int(connection.execute(queries.COUNT_STAGED).fetchone()[0])
    planned, to_store, added, joined = connection.execute(queries.PLANNED, parameters).fetchone()
    changed = planned - added - joined + relabelled + adopted
    changes = Changes(added, changed, staged - added - joined - changed, joined)
    batch_id = None
    if planned and not rules.is_undo:
        batch_id = _add_batch(connection, parameters, changes)
    if planned:
        parameters["batch_id"] = batch_id
        _store_planned(connection, parameters, to_store, on_stored)
        session = SQLiteImportSession(connection)
        finish(session, _number(parameters, "source_id"), batch_id)
    if planned or relabelled:
        rules.recount(SQLiteReader(connection))
    if planned or relabelled or adopted:
        SQLiteReader(connection).fetch(INCREMENT_REVISION, revision="catalogue")
    if new_labels:
        SQLiteReader(connection).fetch(INCREMENT_REVISION, revision="access")
    return Batch(batch_id, changes, dict(SQLiteImportSession(connection).rows(COUNT_RULES)))


def _combine(
    connection: sqlite3.Connection, parameters: dict[str, object], rules: ImportRules
) -> None:
    source_id, last_id = (_number(parameters, name) for name in ("source_id", "last_id"))
    session = SQLiteImportSession(connection)
    choices = rules.choose, rules.name_keys
    combine(session, source_id, last_id, *choices, is_undo=rules.is_undo)


def _number(parameters: dict[str, object], name: str) -> int:
    return int(str(parameters[name]))


def _known_source_id(connection: sqlite3.Connection, source: str) -> int:
    """Return the id of a source, or 0 if it is new."""
    found = connection.execute(queries.SOURCE_ID, {"source": source}).fetchone()
    return int(found[0]) if found else 0


def _source_id(connection: sqlite3.Connection, source: str) -> int:
    """Return the id of a source; add it if it is new."""
    given = {"source": source, "rank": default_rank(source)}
    connection.execute(queries.INSERT_SOURCE, given)
    return int(connection.execute(queries.SOURCE_ID, given).fetchone()[0])


def _add_batch(
    connection: sqlite3.Connection, parameters: dict[str, object], changes: Changes
) -> int | None:
    given = parameters | msgspec.structs.asdict(changes) | {"now": now()}
    return connection.execute(queries.INSERT_BATCH, given).lastrowid


def _count_adopted(connection: sqlite3.Connection) -> int:
    """Return how many films get a value of a new field but no new label."""
    return int(connection.execute(queries.COUNT_ADOPTED).fetchone()[0])


def _adopt(connection: sqlite3.Connection, parameters: dict[str, object]) -> None:
    """Fill the new fields of films whose rows are unchanged, and remove them from the plan."""
    for statement in queries.ADOPT:
        connection.execute(statement, parameters)
    connection.execute(queries.UNPLAN_ADOPTED)


def _relabel(connection: sqlite3.Connection, parameters: dict[str, object]) -> int:
    before = connection.total_changes  # cursors count no rows of statements that begin with WITH
    connection.execute(queries.RELABEL, parameters)
    return connection.total_changes - before


def _add_labels(connection: sqlite3.Connection, labels: Sequence[str]) -> bool:
    before = connection.total_changes
    connection.executemany(queries.INSERT_LABEL, [{"name": label} for label in labels])
    return connection.total_changes > before


def _store_planned(
    connection: sqlite3.Connection, parameters: dict[str, object], planned: int, on_stored: OnStored
) -> None:
    _store_names(connection)
    _restore_locked_fields(connection, parameters)
    connection.execute(queries.DELETE_IDS, parameters)
    estimate_prior(SQLiteReader(connection))
    for kind in KINDS:
        connection.execute(queries.delete_members(kind), parameters)
    for extra in EXTRAS:
        connection.execute(queries.MEMBERS.delete_extra(extra), parameters)
    done = 0
    last = int(connection.execute(queries.LAST_POSITION).fetchone()[0])
    (extras,) = connection.execute(queries.MEMBERS.count_extras).fetchone()
    length = films_per_slice(last, extras)
    with ThreadPoolExecutor(1, "indexing") as indexer:
        index_rows: Future[IndexRows] | None = None
        sort_keys = SliceKeys(SQLiteReader(connection), indexer)
        for after in range(0, last, length):
            part = {**parameters, "after": after, "until": after + length}
            done += connection.execute(queries.STORE_FILMS, part).rowcount
            connection.execute(queries.STORE_RECORDS, part)
            connection.execute(queries.STORE_IDS, part)
            for kind in KINDS:
                connection.execute(queries.store_members(kind), part)
            for extra in EXTRAS:
                connection.execute(queries.MEMBERS.store_extra(extra), part)
            if index_rows is not None:
                search.add_rows(connection, index_rows.result())
            film_ids = [film_id for (film_id,) in connection.execute(queries.FILMS_STORED, part)]
            entries = read_entries(SQLiteReader(connection), film_ids)
            # SQLite releases the GIL while a statement runs, so this runs beside the next slice.
            index_rows = indexer.submit(index_rows_of, entries)
            sort_keys.add(entries)
            on_stored(done, planned)
        if index_rows is not None:
            search.add_rows(connection, index_rows.result())
        sort_keys.finish()


def _store_names(connection: sqlite3.Connection) -> None:
    """Find the staged genres and people in the catalogue, or add them."""
    (with_ids,) = connection.execute(queries.MEMBERS.has_ids).fetchone()
    for step in queries.MEMBERS.steps(with_ids=with_ids):
        last_id = int(connection.execute(queries.last_id(step.table)).fetchone()[0])
        for statement in step.statements:
            connection.execute(statement, {"last_id": last_id})
    for kind in KINDS:
        connection.execute(queries.identify_names(kind))


def _restore_locked_fields(connection: sqlite3.Connection, parameters: dict[str, object]) -> None:
    """Restore the locked fields of changed films, which operators have edited."""
    if not connection.execute(queries.PLAN_LOCKED_FIELDS, parameters).rowcount:
        return
    for statement in queries.RESTORE_LOCKED_FACTS:
        connection.execute(statement)
    for kind in KINDS:
        for statement in queries.restore_locked_members(kind):
            connection.execute(statement)
