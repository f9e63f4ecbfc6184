"""Undo an import: restore what its batch changed, and remove what it added.

Public operations: Undo.run.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import msgspec

from kinoteka.core.catalogue.counts import recount_all
from kinoteka.core.catalogue.model import FACTS
from kinoteka.core.imports.choice import choose
from kinoteka.core.imports.genre_names import recount_and_name
from kinoteka.core.imports.model import UNDO_DAYS, UndoResult
from kinoteka.core.imports.names import name_keys
from kinoteka.core.imports.record import Credit, FilmRecord
from kinoteka.core.imports.service import AnotherImportRuns, ImportFailed
from kinoteka.core.imports.staging import Staging
from kinoteka.database import film_undo
from kinoteka.database.bulk import AlreadyRunning, BulkFailed
from kinoteka.database.film_records import Record
from kinoteka.database.film_undo import Removal, RestoredRecord, StoredBatch
from kinoteka.database.import_target import (
    BeforeCommit,
    ImportRules,
    ImportTarget,
    import_session,
    open_import_target,
)
from kinoteka.database.interface import Reader
from kinoteka.database.revisions import INCREMENT_REVISION
from kinoteka.database.schema import Department
from kinoteka.database.source_ranks import BY_HAND
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.settings import Settings


class CannotUndo(ImportFailed):
    """The batch cannot be undone. The message gives the reason."""


class Undo:
    """Undoes one batch under the lock of imports."""

    def __init__(self, batch_id: int) -> None:
        self._batch_id = batch_id
        self._removal = Removal(0, 0, 0)
        self._restored: list[RestoredRecord] = []
        self._source = ""

    def run(self, settings: Settings) -> UndoResult:
        """Undo the batch. An undo that was interrupted can be repeated.

        Raises:
            CannotUndo: the batch does not exist, is too old, or was undone before.
            AnotherImportRuns
            ImportFailed: for example, the disk is full or the database cannot be reached.
        """
        try:
            with open_import_target(settings) as target:
                return self._run(target)
        except AlreadyRunning:
            raise AnotherImportRuns("an import is running") from None
        except BulkFailed as error:
            raise ImportFailed(str(error)) from error

    def _run(self, target: ImportTarget) -> UndoResult:
        _store(target, BY_HAND, [], self._remove)
        restored = sorted(self._restored, key=lambda each: each.source)
        for source, group in groupby(restored, key=lambda each: each.source):
            records = list(group)
            _store(target, source, records, lambda reader, of=records: _restore(reader, of))  # type: ignore[misc]
        _store(target, BY_HAND, [], self._mark)
        target.optimize()
        changed = sum(each.source == self._source for each in self._restored)
        removal = msgspec.structs.asdict(self._removal)
        return UndoResult(source=self._source, restored=changed, **removal)

    def _remove(self, reader: Reader) -> None:
        session = import_session(reader)
        batch = _undoable(self._batch_id, film_undo.read_batch(session, self._batch_id))
        self._source = batch.source
        self._removal = film_undo.remove_added(session, reader, self._batch_id, batch)
        self._restored = list(film_undo.read_changed(session, self._batch_id))
        film_undo.force(session, [each.key for each in self._restored])
        if self._removal.removed:
            recount_all(reader)
            reader.fetch(INCREMENT_REVISION, revision="catalogue")

    def _mark(self, reader: Reader) -> None:
        film_undo.mark_undone(import_session(reader), self._batch_id, now())


def _undoable(batch_id: int, batch: StoredBatch | None) -> StoredBatch:
    if batch is None:
        raise CannotUndo(f"there is no import {batch_id}")
    if batch.undone_at is not None:
        raise CannotUndo(f"import {batch_id} has been undone already")
    if batch.created_at < now() - UNDO_DAYS * DAY:
        raise CannotUndo(
            f"import {batch_id} is older than {UNDO_DAYS} days, so the values before it are no"
            " longer stored"
        )
    return batch


def _store(
    target: ImportTarget,
    source: str,
    restored: Sequence[RestoredRecord],
    before_commit: BeforeCommit,
) -> None:
    rules = ImportRules((), recount_and_name, choose, name_keys, is_undo=True)
    with Staging(target.create_staging_tables()) as staging:
        for each in restored:
            staging.add(_film(each.key[1], each.record))
        staging.finish()
        target.store(source, rules, lambda _done, _total: None, before_commit)


def _restore(reader: Reader, restored: Sequence[RestoredRecord]) -> None:
    film_undo.restore_states(import_session(reader), restored)


def _film(external_id: str, record: Record) -> FilmRecord:
    facts: dict[str, Any] = {name: record.get(name) for name in FACTS}
    facts["description"] = record.get("description", "")
    return FilmRecord(
        **facts,
        genres=tuple(record.get("genres", ())),
        directors=tuple(record.get("directors", ())),
        external_id=external_id,
        votes=record.get("votes", 0),
        ids=tuple((kind, value) for kind, value in record.get("ids", ())),
        credits=tuple(_credit(*each) for each in record.get("credits", ())),
        titles=tuple((language, kind, title) for language, kind, title in record.get("titles", ())),
        countries=tuple(record.get("countries", ())),
    )


def _credit(department: int, name: str, role: str, kind: str, value: str) -> Credit:
    return Credit(Department(department).name.lower(), name, role, ((kind, value),) if kind else ())
