"""Storing in PostgreSQL: what is staged becomes films of the catalogue, in one transaction.

New films come first, for nobody else has to do with them. Films that are there already may be
changed by others, so the lock that those take is taken after that, and kept to the end.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import starmap
from typing import Any

import psycopg

from kinoteka.database import import_target
from kinoteka.database.engines.postgresql.bulk import (
    bulk_session,
    optimize,
    run,
    translated_errors,
    without_foreign_key_checks,
)
from kinoteka.database.engines.postgresql.driver import PostgreSQLReader
from kinoteka.database.engines.postgresql.imports import queries
from kinoteka.database.engines.postgresql.imports.staging import TemporaryTables
from kinoteka.database.engines.postgresql.search import index as search
from kinoteka.database.engines.postgresql.search import words as postgresql_words
from kinoteka.database.film_search import IndexEntry
from kinoteka.database.import_target import BeforeCommit, Changes, OnStored, Recount
from kinoteka.database.revisions import INCREMENT_REVISION
from kinoteka.infrastructure.settings import Settings
from kinoteka.search.index_rows import IndexRows, index_rows_of

KINDS = ("genre", "director")


@contextmanager
def postgresql_import_target(settings: Settings) -> Iterator["PostgreSQLImportTarget"]:
    """The catalogue in this database, for one import at a time.

    Raises:
        AlreadyRunning, BulkFailed
    """
    with translated_errors(), bulk_session(settings) as connection:
        yield PostgreSQLImportTarget(connection)


class PostgreSQLImportTarget:
    """A session with the database, in whose temporary tables films are staged."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self._stored = False

    def create_staging_tables(self) -> TemporaryTables:
        """New tables to stage films in."""
        return TemporaryTables(self.connection)

    def store(
        self,
        source: str,
        labels: Sequence[str],
        on_stored: OnStored,
        recount: Recount,
        before_commit: BeforeCommit,
    ) -> Changes:
        """Store what is staged and do what else belongs to it, in one transaction."""
        with self.connection.transaction():
            storing = _StoreTransaction(self.connection, source, labels, on_stored, recount)
            with without_foreign_key_checks(self.connection, queries.NAMES):
                changes = storing.store()
            before_commit(PostgreSQLReader(self.connection))
            storing.set_last_ids()
        self._stored = changes.added + changes.changed > 0
        return changes

    def optimize(self) -> None:
        """Leave the tables as they should be after many changes."""
        if self._stored:
            optimize(self.connection, queries.FILLED)


class _StoreTransaction:
    """One transaction's way from what is staged to the catalogue."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        source: str,
        labels: Sequence[str],
        on_stored: OnStored,
        recount: Recount,
    ) -> None:
        self._connection = connection
        self._reader = PostgreSQLReader(connection)
        self._on_stored = on_stored
        self._recount = recount
        self._labels = labels
        self._words: Counter[str] = Counter()
        self._done = 0
        self._given: dict[str, Any] = {
            "source": source,
            "ruled": list(labels),
            "by_rules": bool(labels),
            "last_id": self._last_id("films"),
        }

    def store(self) -> Changes:
        """Store everything but what the sequences have to know."""
        new_labels = self._add_labels()
        self._run(queries.HOLD_LABELS)
        self._run(queries.CREATE_PLAN)
        self._run(queries.PLAN_CHANGED)
        self._run(queries.PLAN_ADDED)
        (staged,) = self._row(queries.COUNT_STAGED)
        planned, added = self._planned()
        if planned:
            self._store_names()
        if added:
            self._store_slices(planned, new=True)
        self._lock(new_labels=new_labels, planned=planned)
        adopted, relabelled = self._plan_again()
        if planned:
            planned = self._store_changed(added)
            search.optimize(self._connection)
        if planned or relabelled:
            self._recount(self._reader)
        if planned or relabelled or adopted:
            self._reader.fetch(INCREMENT_REVISION, revision="catalogue")
        changed = planned - added + relabelled + adopted
        return Changes(added, changed, staged - added - changed)

    def set_last_ids(self) -> None:
        """Tell the sequences which ids were given; last, since that is not rolled back."""
        for table in ("films", "genres", "directors"):
            self._run(queries.set_last_id(table))

    def _add_labels(self) -> bool:
        added = [self._run(queries.INSERT_LABEL, name=label).rowcount for label in self._labels]
        return any(added)

    def _planned(self) -> tuple[int, int]:
        self._run(queries.ANALYZE_PLAN)
        planned, added = self._row(queries.PLANNED)
        return planned, added

    def _store_names(self) -> None:
        for kind in KINDS:
            self._run(queries.insert_names(kind), last_id=self._last_id(f"{kind}s"))
            self._run(queries.identify_members(kind))

    def _lock(self, *, new_labels: bool, planned: int) -> None:
        """Wait for whoever is changing films or labels, and let nobody begin to."""
        names = ["access"] * new_labels + ["catalogue"] * (planned > 0 or bool(self._labels))
        self._run(queries.LOCK_REVISIONS, names=names)
        if new_labels:
            self._reader.fetch(INCREMENT_REVISION, revision="access")

    def _plan_again(self) -> tuple[int, int]:
        """Relabel films whose rows are the same, and fill the new fields of those that lack them.

        Return how many films a new field changes, and how many others a new label.
        """
        if self._labels:  # an operator may have set one in the meantime
            self._run(queries.UNPLAN_CHANGED)
            self._run(queries.PLAN_CHANGED)
        (adopted,) = self._row(queries.COUNT_ADOPTED)
        relabelled = self._run(queries.RELABEL).rowcount if self._labels else 0
        self._run(queries.ADOPT)
        return int(adopted), relabelled

    def _restore_locked_fields(self) -> None:
        """Let changed films keep the fields that operators have edited."""
        if not self._run(queries.PLAN_LOCKED_FIELDS).rowcount:
            return
        for statement in queries.RESTORE_LOCKED_FACTS:
            self._run(statement)
        for kind in KINDS:
            for statement in queries.restore_locked_members(kind):
                self._run(statement)

    def _store_changed(self, added: int) -> int:
        """Store changed films. Return how many were to store, with those that were added."""
        planned, _ = self._planned()
        if planned > added:
            self._restore_locked_fields()
            self._store_slices(planned, new=False)
        return planned

    def _store_slices(self, planned: int, *, new: bool) -> None:
        (last,) = self._row(queries.LAST_POSITION)
        with ThreadPoolExecutor(1, "indexing") as indexer:
            for after in range(0, last, import_target.SLICE):
                part = {"after": after, "until": after + import_target.SLICE}
                rows = self._run(queries.searchable(new=new), **part).fetchall()
                if not rows:
                    continue
                # The server stores in a process of its own, so this goes on beside.
                words = indexer.submit(index_rows_of, starmap(IndexEntry, rows))
                self._store_slice(part, new=new)
                self._index(words.result())
                self._done += len(rows)
                self._on_stored(self._done, planned)
        postgresql_words.add(self._connection, self._words)
        self._words.clear()

    def _index(self, prepared: IndexRows) -> None:
        """Put films into the index, but for their words.

        Those are counted once in the end: each slice would count the common ones again, and
        every count is a new version of a row.
        """
        self._words.update(prepared.counted)
        search.index_films(self._connection, prepared)

    def _store_slice(self, part: dict[str, int], *, new: bool) -> None:
        self._run(queries.INSERT_FILMS if new else queries.UPDATE_FILMS, **part)
        for kind in KINDS:
            if not new:
                self._run(queries.delete_members(kind), **part)
            self._run(queries.store_members(kind, new=new), **part)

    def _last_id(self, table: str) -> int:
        (last,) = self._row(queries.last_id(table))
        return int(last)

    def _row(self, sql: str) -> tuple[Any, ...]:
        (row,) = self._run(sql).fetchall()
        return tuple(row)

    def _run(self, sql: str, **given: Any) -> psycopg.Cursor[Any]:
        if "%(" not in sql:  # several statements may be in one only where nothing is given
            return run(self._connection, sql)
        return run(self._connection, sql, self._given | given)
