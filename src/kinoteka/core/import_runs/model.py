"""Types of import runs.

`ImportRequest` goes to the process of an import, which writes `RunProgress` and an `Outcome` with a
`Report`. `Run` and `RunPage` are what the site shows.
"""

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import msgspec

from kinoteka.core.imports.model import UndoResult
from kinoteka.core.imports.readers import Recognition
from kinoteka.core.imports.record import RejectedRow

LISTED = 20
"""How many rejected rows a run stores. The file of its report has all of them."""


class RunState(StrEnum):
    """The state of an import."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class FailureReason(StrEnum):
    """Why an import has failed."""

    ROWS = "rows"
    FILES = "files"
    ANOTHER = "another"
    OTHER_FILMS = "other_films"
    DATABASE = "database"
    STOPPED = "stopped"
    DIED = "died"


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The operator's options. Without a format, it is detected from the files.

    `mapping` has entries like `year=Release Date`, `labels` has rules like `premium:year=..1960`.
    `columns` names the columns of files without a header row. `kinds`, `scale`, `thousands` and
    `encoding` are those of `ReadOptions`.
    """

    format: str | None = None
    source: str | None = None
    mapping: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    scale: str | None = None
    thousands: str | None = None
    encoding: str | None = None
    adult: bool = False
    keep_going: bool = False
    replace: bool = False


class ImportFile(msgspec.Struct, frozen=True):
    """An uploaded file: its name and its size in bytes."""

    name: str
    size: int


class ImportRequest(msgspec.Struct, frozen=True):
    """The task of an import's process: settings, folder, files in it, and options."""

    settings: dict[str, Any]
    folder: str
    files: tuple[str, ...]
    options: ImportOptions


class RunProgress(msgspec.Struct, frozen=True):
    """The progress of an import, in bytes while it reads and in films while it stores."""

    stage: Literal["reading", "storing"] = "reading"
    done: int = 0
    total: int = 0
    read: int = 0
    refused: int = 0

    @property
    def percent(self) -> int:
        """How many percent of this stage are done."""
        return min(self.done * 100 // self.total, 100) if self.total else 0


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The report of an import, beside its counts.

    `listed` has the first rejected rows, `left_out` the files that were left out because of an
    invalid row, and `ignored` the files without data for the catalogue. `joined` counts the records
    that were joined to films of other sources. `batch` is the number by which the import is undone,
    None if it changed nothing, and `undone` is what that did. `whole` is False if the file of all
    rejected rows is incomplete.
    `recognised` describes how each table was read.
    """

    options: ImportOptions = ImportOptions()
    failed_by: FailureReason | None = None
    detail: str = ""
    parameters: dict[str, Any] = {}
    reasons: dict[str, int] = {}
    skipped: dict[str, int] = {}
    repeated: int = 0
    joined: int = 0
    batch: int | None = None
    undone: UndoResult | None = None
    listed: tuple[RejectedRow, ...] = ()
    left_out: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    recognised: tuple[Recognition, ...] = ()
    whole: bool = True


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of an import. `interrupted` is True if it was stopped from outside."""

    state: RunState
    interrupted: bool = False
    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    report: Report = Report()


class Run(msgspec.Struct, frozen=True):
    """An import. `requested_by` is a username, or None if the account was deleted."""

    id: int
    account_id: int | None
    requested_by: str | None
    format: str
    files: tuple[ImportFile, ...]
    state: RunState
    created_at: int
    finished_at: int | None
    read: int
    added: int
    changed: int
    unchanged: int
    refused: int
    report: Report

    @property
    def can_be_undone(self) -> bool:
        """Whether the import has changed something and has not been undone."""
        return self.report.batch is not None and self.report.undone is None

    @property
    def is_running(self) -> bool:
        """Whether the import has not finished yet."""
        return self.state is RunState.RUNNING


class Source(msgspec.Struct, frozen=True):
    """A source of films. Values of the source with the lowest rank are shown."""

    id: int
    name: str
    rank: int


class RunPage(msgspec.Struct, frozen=True):
    """A page of imports, newest first. The next page begins below the id `next`."""

    runs: list[Run]
    next: int | None


class Upload(msgspec.Struct, frozen=True):
    """An uploaded file: its path on this server, its original name and its size in bytes."""

    path: Path
    name: str
    size: int


class WaitingFile(msgspec.Struct, frozen=True):
    """A file of a waiting upload: its path within the folder, its original name and its size."""

    path: str
    name: str
    size: int


class WaitingUpload(msgspec.Struct, frozen=True, kw_only=True):
    """Uploaded files whose import has not been started."""

    account_id: int | None
    files: tuple[WaitingFile, ...]
    options: ImportOptions
    created_at: int


class SavedMapping(msgspec.Struct, frozen=True):
    """A mapping (`field=column`) and options for files of one kind, saved under a name."""

    name: str
    mapping: tuple[str, ...]
    options: ImportOptions
