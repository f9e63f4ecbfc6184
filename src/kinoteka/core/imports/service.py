"""The import: from a reader's records to films in the catalogue, all of them or none.

Public operations: import_films.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from kinoteka.core.imports.reading import Record
from kinoteka.core.imports.record import Reason, Refused
from kinoteka.core.imports.staging import Staging
from kinoteka.core.imports.store import Changes, store
from kinoteka.storage.bulk import AlreadyRunning, alone, bulk_transaction

LOCK, STAGING = ".importing", ".staging"
"""Endings of the files that lie beside the database while an import runs."""


class ImportFailed(Exception):
    """It could not be done, and nothing was stored; the message says why."""


class RowRefused(Exception):
    """A broken row stopped the import; nothing was stored."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused)
        self.refused = refused


class Import:
    """One import under way, to be watched from another thread."""

    def __init__(
        self,
        source: str,
        *,
        labels: Sequence[str] = (),
        keep_going: bool = False,
        on_refused: Callable[[Refused], None] = lambda _: None,
    ) -> None:
        self.source = source
        self.read = 0
        self.refused: Counter[Reason] = Counter()
        self.repeated = 0
        self.stored = 0
        self.to_store = 0
        self.committed = False
        self._labels = labels
        self._keep_going = keep_going
        self._on_refused = on_refused

    def run(
        self,
        database: Path,
        records: Iterable[Record],
        also: Callable[[sqlite3.Connection], None] = lambda _: None,
    ) -> Changes:
        """Store all films among the records, and do what else belongs to their transaction.

        Raises:
            RowRefused: a record is a refusal, unless the import keeps going.
            ImportFailed: another import is running, or the disk is full, or the like.
        """
        try:
            with (
                alone(database.with_suffix(LOCK)),
                Staging(database.with_suffix(STAGING)) as staging,
            ):
                self._stage(records, staging)
                with bulk_transaction(database, staging.path, "staging") as connection:
                    changes = store(connection, self.source, self._labels, self._note_stored)
                    also(connection)
                self.committed = True
                return changes
        except AlreadyRunning:
            raise ImportFailed("another import is running") from None
        except sqlite3.OperationalError as error:
            raise ImportFailed(str(error)) from error

    def _stage(self, records: Iterable[Record], staging: Staging) -> None:
        for record in records:
            if isinstance(record, Refused):
                self._refuse(record)
            else:
                staging.add(record)
                self.read += 1
        staging.finish()
        self.repeated = staging.repeated

    def _refuse(self, refused: Refused) -> None:
        self.refused[refused.reason] += 1
        self._on_refused(refused)
        if not self._keep_going:
            raise RowRefused(refused)

    def _note_stored(self, stored: int, to_store: int) -> None:
        self.stored, self.to_store = stored, to_store
