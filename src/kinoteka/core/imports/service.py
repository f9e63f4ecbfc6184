"""The import: from readers' records to films in the catalogue, in one transaction.

Public operations: Import.run.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from kinoteka.core.catalogue.counts import recount_all
from kinoteka.core.imports.reading import Record
from kinoteka.core.imports.record import Reason, Refused
from kinoteka.core.imports.staging import Staging
from kinoteka.database.bulk import AlreadyRunning, BulkFailed
from kinoteka.database.import_target import Also, Changes, Place, open_place
from kinoteka.infrastructure.settings import Settings


class ImportFailed(Exception):
    """It could not be done, and nothing was stored; the message says why."""


class AnotherRuns(ImportFailed):
    """Another import is running, on this machine or (PostgreSQL) another."""


class RowRefused(Exception):
    """Broken rows in every file; nothing was stored. `refused` is the first of them."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused)
        self.refused = refused


class Import:
    """One import under way, to be watched from another thread.

    What is read comes in parts (a file, or files that belong together), and each is stored whole
    or not at all: a broken row leaves its part out, unless the import keeps going. `left_out`
    has the first broken row of each such part.
    """

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
        self.left_out: list[Refused] = []
        self.repeated = 0
        self.stored = 0
        self.to_store = 0
        self.committed = False
        self._labels = labels
        self._keep_going = keep_going
        self._on_refused = on_refused

    def run(
        self, settings: Settings, parts: Sequence[Iterable[Record]], also: Also = lambda _: None
    ) -> Changes:
        """Store the films, and do what else belongs to their transaction.

        To be called in the main thread, where Ctrl+C stops even a long statement.

        Raises:
            RowRefused: no part is left.
            AnotherRuns
            ImportFailed: the disk is full, the database is away, or the like.
        """
        try:
            with open_place(settings) as place, _without_cycles():
                changes = self._run(place, parts, also)
                place.tidy()
                return changes
        except AlreadyRunning:
            raise AnotherRuns("another import is running") from None
        except BulkFailed as error:
            raise ImportFailed(str(error)) from error

    def _run(self, place: Place, parts: Sequence[Iterable[Record]], also: Also) -> Changes:
        with Staging(place.tables()) as staging:
            for part in parts:
                self._stage(part, staging)
            if len(self.left_out) == len(parts):
                raise RowRefused(self.left_out[0])
            self.repeated = staging.finish()
            changes = place.store(self.source, self._labels, self._note_stored, recount_all, also)
            self.committed = True
            return changes

    def _stage(self, part: Iterable[Record], staging: Staging) -> None:
        mark, read = staging.mark(), self.read
        for record in part:
            if not isinstance(record, Refused):
                staging.add(record)
                self.read += 1
                continue
            self.refused[record.reason] += 1
            self._on_refused(record)
            if not self._keep_going:
                self.left_out.append(record)
                staging.back_to(mark)
                self.read = read
                return

    def _note_stored(self, stored: int, to_store: int) -> None:
        self.stored, self.to_store = stored, to_store


@contextmanager
def _without_cycles() -> Iterator[None]:
    """Look for no cycles of objects: an import makes none, and that takes a tenth of its time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
