"""Store the records of readers as films of the catalogue, in one transaction.

Public operations: Import.run.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from kinoteka.core.imports.choice import choose
from kinoteka.core.imports.genre_names import recount_and_name
from kinoteka.core.imports.names import name_keys
from kinoteka.core.imports.readers import Record
from kinoteka.core.imports.record import RejectedRow, RejectionReason
from kinoteka.core.imports.staging import Staging
from kinoteka.database.bulk import AlreadyRunning, BulkFailed
from kinoteka.database.import_target import (
    Batch,
    BeforeCommit,
    Changes,
    ImportRules,
    ImportTarget,
    open_import_target,
)
from kinoteka.database.title_changes import TitlesChanged
from kinoteka.infrastructure.settings import Settings

MAX_REPORTED = 1_000_000
"""How many invalid rows are reported. All are counted."""


class ImportFailed(Exception):
    """The import failed and nothing was stored. The message gives the reason."""


class AnotherImportRuns(ImportFailed):
    """Another import is running on this machine or, with PostgreSQL, on another one."""


class OtherFilms(ImportFailed):
    """Most known ids have other titles, so the file may come from another site."""

    def __init__(self, found: TitlesChanged) -> None:
        pairs = "; ".join(f"{old} → {new}" for old, new in found.samples)
        super().__init__(
            f"{found.changed:,} of {found.known:,} known films would get another title ({pairs})"
        )
        self.changed = found.changed
        self.known = found.known
        self.samples = found.samples


class RowRejected(Exception):
    """Every part has an invalid row, and nothing was stored. `rejected` is the first row."""

    def __init__(self, rejected: RejectedRow) -> None:
        super().__init__(rejected)
        self.rejected = rejected


class Import:
    """One import, whose counts another thread may read while it runs.

    Records come in parts: a file, or files that are read together. A part with an invalid row is
    left out as a whole, unless `keep_going` is set, and read to its end to report its other
    invalid rows. `left_out` has the first invalid row of each part that was left out.
    `on_rejected` receives the first MAX_REPORTED invalid rows.
    """

    def __init__(
        self,
        source: str,
        *,
        labels: Sequence[str] = (),
        keep_going: bool = False,
        replaces: bool = False,
        on_rejected: Callable[[RejectedRow], None] = lambda _: None,
    ) -> None:
        self.source = source
        self.read = 0
        self.rejected: Counter[RejectionReason] = Counter()
        self.left_out: list[RejectedRow] = []
        self.repeated = 0
        self.stored = 0
        self.to_store = 0
        self.committed = False
        self.batch: int | None = None
        self.joined: dict[int, int] = {}
        self._labels = labels
        self._keep_going = keep_going
        self._replaces = replaces
        self._on_rejected = on_rejected
        self._reported = 0

    def run(
        self,
        settings: Settings,
        parts: Sequence[Iterable[Record]],
        before_commit: BeforeCommit = lambda _: None,
    ) -> Changes:
        """Store the films, and call `before_commit` in their transaction.

        Call it in the main thread, so that Ctrl+C interrupts long statements, too.

        Raises:
            RowRejected: every part has an invalid row.
            AnotherImportRuns
            OtherFilms: most known ids have other titles.
            ImportFailed: for example, the disk is full or the database cannot be reached.
        """
        try:
            with open_import_target(settings) as target, _without_cycles():
                batch = self._run(target, parts, before_commit)
                target.optimize()
                self.batch, self.joined = batch.id, batch.joined
                return batch.changes
        except AlreadyRunning:
            raise AnotherImportRuns("another import is running") from None
        except TitlesChanged as error:
            raise OtherFilms(error) from None
        except BulkFailed as error:
            raise ImportFailed(str(error)) from error

    def _run(
        self, target: ImportTarget, parts: Sequence[Iterable[Record]], before_commit: BeforeCommit
    ) -> Batch:
        has_previous = target.has_previous_fingerprints(self.source)
        with Staging(target.create_staging_tables(), has_previous=has_previous) as staging:
            for part in parts:
                self._stage(part, staging)
            if len(self.left_out) == len(parts):
                raise RowRejected(self.left_out[0])
            self.repeated = staging.finish()
            rules = ImportRules(
                self._labels, recount_and_name, choose, name_keys, replaces=self._replaces
            )
            batch = target.store(self.source, rules, self._note_stored, before_commit)
            self.committed = True
            return batch

    def _stage(self, part: Iterable[Record], staging: Staging) -> None:
        savepoint, read = staging.savepoint(), self.read
        is_left_out = False
        for record in part:
            if isinstance(record, RejectedRow):
                self._reject(record)
                if not self._keep_going and not is_left_out:
                    is_left_out = True
                    self.left_out.append(record)
                    staging.roll_back_to(savepoint)
                    self.read = read
            elif not is_left_out:
                staging.add(record)
                self.read += 1

    def _reject(self, row: RejectedRow) -> None:
        self.rejected[row.reason] += 1
        if self._reported < MAX_REPORTED:
            self._reported += 1
            self._on_rejected(row)

    def _note_stored(self, stored: int, to_store: int) -> None:
        self.stored, self.to_store = stored, to_store


@contextmanager
def _without_cycles() -> Iterator[None]:
    """Disable the cycle collector: an import creates no cycles and would spend 10 % on it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
