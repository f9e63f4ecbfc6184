"""The process of one import: it reads its task from standard input and writes to its folder.

    python -m kinoteka.core.import_runs.process

An import needs a main thread and must not delay requests. Settings may contain secrets, so they
come through standard input: every user of the machine can read a command line.

Public operations: perform, main.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import msgspec

from kinoteka.core.import_runs.folders import RunFolder
from kinoteka.core.import_runs.formats import choose_format, read_options, without_folders
from kinoteka.core.import_runs.model import (
    LISTED,
    FailureReason,
    ImportRequest,
    Outcome,
    Report,
    RunProgress,
    RunState,
)
from kinoteka.core.imports.formats.archives import expand_archives
from kinoteka.core.imports.readers import Progress
from kinoteka.core.imports.record import FormatError, RejectedRow
from kinoteka.core.imports.service import (
    AnotherImportRuns,
    Import,
    ImportFailed,
    OtherFilms,
    RowRejected,
)
from kinoteka.database.import_target import Changes
from kinoteka.errors import DomainError
from kinoteka.infrastructure.progress import reported_by
from kinoteka.infrastructure.settings import Settings

PROGRESS_SECONDS = 0.3
NICENESS = 5
"""Requests have priority."""


def main() -> None:
    """Perform the task from standard input, and store its outcome."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.nice(NICENESS)
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=ImportRequest)
    folder = RunFolder(Path(request.folder))
    folder.write_outcome(perform(request, folder))


def perform(request: ImportRequest, folder: RunFolder) -> Outcome:
    """Import the files, writing the progress to the folder. Return the outcome."""
    settings = msgspec.convert(request.settings, Settings, dec_hook=_decode)
    paths = [folder.files / name for name in request.files]
    with _RejectedRows(folder.report) as rejected_rows:
        try:
            return _import(request, settings, paths, folder, rejected_rows)
        except FormatError as error:  # the files have changed since the server checked them
            return _failed(
                rejected_rows,
                FailureReason.FILES,
                str(error.code),
                without_folders(error.parameters),
            )
        except DomainError as error:
            return _failed(rejected_rows, FailureReason.FILES, str(error.code))


class _RejectedRows:
    """Writes all rejected rows to the report's file, and lists the first of them."""

    def __init__(self, path: Path) -> None:
        self.listed: list[RejectedRow] = []
        self.whole = True
        self._path = path

    def __enter__(self) -> "_RejectedRows":
        self._file = self._path.open("wb")
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._file.close()

    def add(self, row: RejectedRow) -> None:
        row = msgspec.structs.replace(row, path=Path(row.path).name)
        if len(self.listed) < LISTED:
            self.listed.append(row)
        if self.whole:
            try:
                self._file.write(msgspec.json.encode(row) + b"\n")
            except OSError:  # the disk is full; the outcome may still fit
                self.whole = False


def _import(
    request: ImportRequest,
    settings: Settings,
    paths: list[Path],
    folder: RunFolder,
    rejected_rows: _RejectedRows,
) -> Outcome:
    options = read_options(request.options)
    chosen = choose_format(paths, request.options)
    progress = Progress()
    files = expand_archives(paths, progress)
    parts = chosen.parts(files, options, progress)
    running = Import(
        chosen.source(files, options),
        labels=options.labels.names,
        keep_going=request.options.keep_going,
        replaces=request.options.replace,
        on_rejected=rejected_rows.add,
    )

    def outcome(state: RunState, changes: Changes | None = None, **fields: Any) -> Outcome:
        interrupted = bool(fields.pop("interrupted", False))
        counts = msgspec.structs.asdict(changes) if changes is not None else {}
        joined = counts.pop("joined", 0)
        report = _report(running, progress, rejected_rows, joined=joined, **fields)
        refused = running.rejected.total()
        return Outcome(
            state=state,
            interrupted=interrupted,
            read=running.read,
            refused=refused,
            report=report,
            **counts,
        )

    try:
        with _progress_written(lambda: _progress_of(running, progress), folder):
            changes = running.run(settings, parts)
    except RowRejected:
        return outcome(RunState.FAILED, failed_by=FailureReason.ROWS)
    except AnotherImportRuns:
        return outcome(RunState.FAILED, failed_by=FailureReason.ANOTHER)
    except OtherFilms as error:
        found = {"changed": error.changed, "known": error.known, "samples": error.samples}
        return outcome(RunState.FAILED, failed_by=FailureReason.OTHER_FILMS, parameters=found)
    except ImportFailed as error:
        return outcome(RunState.FAILED, failed_by=FailureReason.DATABASE, detail=str(error))
    except KeyboardInterrupt:
        if not running.committed:
            return outcome(RunState.FAILED, failed_by=FailureReason.STOPPED, interrupted=True)
        return outcome(RunState.DONE, interrupted=True)
    return outcome(RunState.DONE, changes)


def _report(
    running: Import, progress: Progress, rejected_rows: _RejectedRows, **fields: Any
) -> Report:
    return Report(
        reasons={reason.value: count for reason, count in running.rejected.most_common()},
        skipped=dict(progress.skipped.most_common()),
        repeated=running.repeated,
        batch=running.batch,
        listed=tuple(rejected_rows.listed),
        left_out=tuple(Path(row.path).name for row in running.left_out),
        ignored=tuple(path.name for path in progress.ignored),
        recognised=tuple(
            msgspec.structs.replace(each, path=Path(each.path).name)
            for each in progress.recognised[:LISTED]
        ),
        whole=rejected_rows.whole,
        **fields,
    )


def _failed(
    rejected_rows: _RejectedRows,
    by: FailureReason,
    detail: str,
    parameters: dict[str, Any] | None = None,
) -> Outcome:
    report = Report(
        failed_by=by,
        detail=detail,
        parameters=parameters or {},
        listed=tuple(rejected_rows.listed),
    )
    return Outcome(state=RunState.FAILED, report=report)


def _progress_of(running: Import, progress: Progress) -> RunProgress:
    counts = {"read": running.read, "refused": running.rejected.total()}
    if running.to_store:
        return RunProgress("storing", running.stored, running.to_store, **counts)
    return RunProgress("reading", progress.read, progress.total, **counts)


def _progress_written(
    current: Callable[[], RunProgress], folder: RunFolder
) -> AbstractContextManager[None]:
    """Write the progress to the folder regularly while the block runs."""

    def write(stop: threading.Event) -> None:
        while not stop.wait(PROGRESS_SECONDS):
            folder.write_progress(current())

    return reported_by(write)


def _decode(type_: type, value: object) -> object:
    if type_ is Path:
        return Path(str(value))
    raise NotImplementedError


if __name__ == "__main__":
    main()
