"""Store staged films in a PostgreSQL catalogue, in one transaction.

New films are stored first, because no other writer can see them. Other writers may change the
existing films, so the transaction then takes their lock, and holds it to its end.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import msgspec
import psycopg

from kinoteka.database.engines.postgresql.bulk import (
    bulk_session,
    optimize,
    run,
    translated_errors,
    without_foreign_key_checks,
)
from kinoteka.database.engines.postgresql.driver import PostgreSQLReader
from kinoteka.database.engines.postgresql.imports import planning, queries
from kinoteka.database.engines.postgresql.imports.session import PostgreSQLImportSession
from kinoteka.database.engines.postgresql.imports.staging import TemporaryTables
from kinoteka.database.engines.postgresql.search import index as search
from kinoteka.database.engines.postgresql.search import words as postgresql_words
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
from kinoteka.infrastructure.settings import Settings
from kinoteka.search.index_rows import IndexRows, index_rows_of


@contextmanager
def postgresql_import_target(settings: Settings) -> Iterator["PostgreSQLImportTarget"]:
    """Open the catalogue in this database for an import, and lock out others.

    Raises:
        AlreadyRunning, BulkFailed
    """
    with translated_errors(), bulk_session(settings) as connection:
        yield PostgreSQLImportTarget(connection)


class PostgreSQLImportTarget:
    """A catalogue in a database, with staging in the temporary tables of one session."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._stored = False

    def has_previous_fingerprints(self, source: str) -> bool:
        """Return whether films of this source have the previous version of the fingerprint."""
        ((found,),) = run(self.connection, queries.HAS_PREVIOUS, {"source": source}).fetchall()
        return bool(found)

    def create_staging_tables(self) -> TemporaryTables:
        """Create temporary staging tables."""
        return TemporaryTables(self.connection)

    def store(
        self,
        source: str,
        rules: ImportRules,
        on_stored: OnStored,
        before_commit: BeforeCommit,
    ) -> Batch:
        """Store the staged films and call `before_commit`, in one transaction."""
        with self.connection.transaction():
            storing = _StoreTransaction(self.connection, source, rules, on_stored)
            with without_foreign_key_checks(self.connection, queries.NAMES):
                batch = storing.store()
            before_commit(PostgreSQLReader(self.connection))
            storing.set_last_ids()
        self._stored = batch.id is not None
        return batch

    def optimize(self) -> None:
        """Vacuum and analyze the tables that an import fills."""
        if self._stored:
            optimize(self.connection, queries.FILLED)


class _StoreTransaction:
    """The transaction that moves staged films into the catalogue."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        source: str,
        rules: ImportRules,
        on_stored: OnStored,
    ) -> None:
        self._connection = connection
        self._reader = PostgreSQLReader(connection)
        self._session = PostgreSQLImportSession(connection)
        self._on_stored = on_stored
        self._rules = rules
        self._words: Counter[str] = Counter()
        self._done = 0
        self._parameters: dict[str, Any] = {}
        self._parameters = {
            "source_id": self._source_id(source),
            "ruled": list(rules.labels),
            "by_rules": bool(rules.labels),
            "last_id": self._last_id("films"),
        }

    def store(self) -> Batch:
        """Store everything except the last ids of the sequences."""
        new_labels = self._add_labels()
        self._run(queries.HOLD_LABELS)
        self._run(planning.CREATE_PLAN)
        match(self._session, self._parameters["source_id"])
        for statement in planning.PLAN:
            self._run(statement)
        if not self._rules.replaces and not self._rules.is_undo:
            check_titles(self._session, self._parameters["source_id"])
        (staged,) = self._row(planning.COUNT_STAGED)
        self._combine()
        planned, _, added, joined = self._planned()
        if planned:
            estimate_prior(self._reader)
            self._store_names()
        if added:
            self._store_slices(planned, new=True)
        self._lock(new_labels=new_labels, planned=planned)
        adopted, relabelled = self._plan_again()
        if planned:
            planned = self._store_changed(added)
            self._finish()
            search.optimize(self._connection)
        if planned or relabelled:
            self._rules.recount(self._reader)
        if planned or relabelled or adopted:
            self._reader.fetch(INCREMENT_REVISION, revision="catalogue")
        changed = planned - added - joined + relabelled + adopted
        changes = Changes(added, changed, staged - added - joined - changed, joined)
        return Batch(self._count_batch(changes), changes, dict(self._session.rows(COUNT_RULES)))

    def set_last_ids(self) -> None:
        """Set the sequences to the last used ids. Call it last: it is not rolled back."""
        for table in ("films", *queries.NAMES):
            self._run(queries.set_last_id(table))

    def _source_id(self, name: str) -> int:
        """Return the id of a source; add it if it is new."""
        self._run(queries.INSERT_SOURCE, name=name, rank=default_rank(name))
        (source_id,) = self._row(queries.SOURCE_ID, name=name)
        return int(source_id)

    def _batch_id(self) -> int | None:
        """Return the id of the batch; add it before the first record."""
        if self._rules.is_undo:
            self._parameters["batch_id"] = None
        elif "batch_id" not in self._parameters:
            (self._parameters["batch_id"],) = self._row(queries.INSERT_BATCH, now=now())
        batch_id: int | None = self._parameters["batch_id"]
        return batch_id

    def _count_batch(self, changes: Changes) -> int | None:
        """Store what the batch did. Return its id, or None if it changed nothing."""
        if self._parameters.get("batch_id") is None:
            return None
        self._run(queries.COUNT_BATCH, **msgspec.structs.asdict(changes))
        return self._batch_id()

    def _add_labels(self) -> bool:
        names = self._rules.labels
        added = [self._run(queries.INSERT_LABEL, name=name).rowcount for name in names]
        return any(added)

    def _planned(self) -> tuple[int, int, int, int]:
        """Return how many records are planned, films to store, films to add, and joined records."""
        self._run(planning.ANALYZE_PLAN)
        planned, to_store, added, joined = self._row(planning.PLANNED)
        return planned, to_store, added, joined

    def _combine(self) -> None:
        source_id, last_id = (self._parameters[name] for name in ("source_id", "last_id"))
        rules = self._rules
        choices = rules.choose, rules.name_keys
        combine(self._session, source_id, last_id, *choices, is_undo=rules.is_undo)

    def _finish(self) -> None:
        if "batch_id" in self._parameters:
            finish(self._session, self._parameters["source_id"], self._batch_id())

    def _store_names(self) -> None:
        (with_ids,) = self._row(queries.MEMBERS.has_ids)
        for step in queries.MEMBERS.steps(with_ids=with_ids):
            last_id = self._last_id(step.table)
            for statement in step.statements:
                self._run(statement, last_id=last_id)
        for kind in KINDS:
            self._run(queries.identify_members(kind))

    def _lock(self, *, new_labels: bool, planned: int) -> None:
        """Wait for other writers of films or labels, and block new ones."""
        names = ["access"] * new_labels + ["catalogue"] * (planned > 0 or bool(self._rules.labels))
        self._run(queries.LOCK_REVISIONS, names=names)
        if new_labels:
            self._reader.fetch(INCREMENT_REVISION, revision="access")

    def _plan_again(self) -> tuple[int, int]:
        """Relabel films whose rows are unchanged, and fill new fields that they do not have yet.

        Return how many films get a value of a new field, and how many others a new label.
        """
        if self._rules.labels:  # an operator may have set a label in the meantime
            self._run(planning.LABEL_PLANNED)
        (adopted,) = self._row(planning.COUNT_ADOPTED)
        relabelled = self._run(planning.RELABEL).rowcount if self._rules.labels else 0
        for statement in planning.ADOPT:
            self._run(statement)
        return int(adopted), relabelled

    def _restore_locked_fields(self) -> None:
        """Restore the locked fields of changed films, which operators have edited."""
        if not self._run(queries.PLAN_LOCKED_FIELDS).rowcount:
            return
        for statement in queries.RESTORE_LOCKED_FACTS:
            self._run(statement)
        for kind in KINDS:
            for statement in queries.restore_locked_members(kind):
                self._run(statement)

    def _store_changed(self, added: int) -> int:
        """Store the changed films. Return how many films were planned, including new ones."""
        self._run(planning.UNPLAN_DELETED)
        planned, to_store, *_ = self._planned()
        if planned > added:
            self._restore_locked_fields()
            self._run(queries.DELETE_IDS)
            for extra in EXTRAS:
                self._run(queries.MEMBERS.delete_extra(extra))
            self._store_slices(to_store, new=False)
        return planned

    def _store_slices(self, planned: int, *, new: bool) -> None:
        self._batch_id()
        (last,) = self._row(planning.LAST_POSITION)
        (extras,) = self._row(queries.MEMBERS.count_extras)
        length = films_per_slice(last, extras)
        with ThreadPoolExecutor(1, "indexing") as indexer:
            index_rows: Future[IndexRows] | None = None
            sort_keys = SliceKeys(self._reader, indexer)
            for after in range(0, last, length):
                part = {"after": after, "until": after + length}
                rows = self._run(queries.films_stored(new=new), **part).fetchall()
                if not rows:
                    continue
                self._store_slice(part, new=new)
                if index_rows is not None:
                    self._index(index_rows.result())
                entries = read_entries(self._reader, [film_id for (film_id,) in rows])
                # The server stores in its own process, so this runs beside the next slice.
                index_rows = indexer.submit(index_rows_of, entries)
                sort_keys.add(entries)
                self._done += len(rows)
                self._on_stored(self._done, planned)
            if index_rows is not None:
                self._index(index_rows.result())
            sort_keys.finish()
        postgresql_words.add(self._connection, self._words)
        self._words.clear()

    def _index(self, prepared: IndexRows) -> None:
        """Add films to the index, except for the counts of their words.

        The counts are added once at the end, because each update of a common word creates a new
        version of its row.
        """
        self._words.update(prepared.counted)
        search.index_films(self._connection, prepared)

    def _store_slice(self, part: dict[str, int], *, new: bool) -> None:
        self._run(queries.INSERT_FILMS if new else queries.UPDATE_FILMS, **part)
        self._run(queries.store_records(new=new), **part)
        self._run(queries.store_ids(new=new), **part)
        for kind in KINDS:
            if not new:
                self._run(queries.delete_members(kind), **part)
            self._run(queries.store_members(kind, new=new), **part)
        for extra in EXTRAS:
            self._run(queries.store_extra(extra, new=new), **part)

    def _last_id(self, table: str) -> int:
        (last,) = self._row(queries.last_id(table))
        return int(last)

    def _row(self, sql: str, **parameters: Any) -> tuple[Any, ...]:
        (row,) = self._run(sql, **parameters).fetchall()
        return tuple(row)

    def _run(self, sql: str, **parameters: Any) -> psycopg.Cursor[Any]:
        if "%(" not in sql:  # only a text without parameters may contain several statements
            return run(self._connection, sql)
        return run(self._connection, sql, self._parameters | parameters)
