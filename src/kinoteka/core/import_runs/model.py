"""Imports that were asked for on the site.

Shapes: `ImportOptions`, `ImportFile`, `Request` (what the process is told), `RunProgress`,
`Outcome` (what it tells in the end), `Report`, `Run`, `RunPage`.
"""

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import msgspec

from kinoteka.core.imports.record import RejectedRow

LISTED = 20
"""Refused rows that a run keeps; all of them stand in its report's file."""


class RunState(StrEnum):
    """How an import stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class FailureReason(StrEnum):
    """Why an import has stored nothing."""

    ROWS = "rows"
    FILES = "files"
    ANOTHER = "another"
    DATABASE = "database"
    STOPPED = "stopped"
    DIED = "died"


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The operator's choices; without a format the files tell it.

    `mapping` has lines as `year=Release Date`, `labels` rules as `premium:year=..1960`.
    """

    format: str | None = None
    source: str | None = None
    mapping: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    adult: bool = False
    keep_going: bool = False


class ImportFile(msgspec.Struct, frozen=True):
    """A file that was sent: its name there, and how many bytes it has."""

    name: str
    size: int


class ImportRequest(msgspec.Struct, frozen=True):
    """What the process is told: the settings, its folder, the files in it, and the choices."""

    settings: dict[str, Any]
    folder: str
    files: tuple[str, ...]
    options: ImportOptions


class RunProgress(msgspec.Struct, frozen=True):
    """How far an import is: bytes while it reads, films while it stores."""

    stage: Literal["reading", "storing"] = "reading"
    done: int = 0
    total: int = 0
    read: int = 0
    refused: int = 0

    @property
    def percent(self) -> int:
        """How much of this stage is done."""
        return min(self.done * 100 // self.total, 100) if self.total else 0


class Report(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an import has to tell beside its counts.

    `listed` are the first refused rows, `left_out` the files that a broken row has left out,
    `ignored` those that hold nothing for the catalogue; `whole` tells whether the file of all
    refused rows has every one.
    """

    options: ImportOptions = ImportOptions()
    failed_by: FailureReason | None = None
    detail: str = ""
    parameters: dict[str, Any] = {}
    reasons: dict[str, int] = {}
    skipped: dict[str, int] = {}
    repeated: int = 0
    listed: tuple[RejectedRow, ...] = ()
    left_out: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    whole: bool = True


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What an import has come to; `interrupted` where somebody has ended it."""

    state: RunState
    interrupted: bool = False
    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    report: Report = Report()


class Run(msgspec.Struct, frozen=True):
    """An import; `requested_by` is a username, where the account has one still."""

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
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self.state is RunState.RUNNING


class RunPage(msgspec.Struct, frozen=True):
    """Some imports, the newest first; `next` is the id before which there are more."""

    runs: list[Run]
    next: int | None


class Upload(msgspec.Struct, frozen=True):
    """Files that have come: where they lie, and what they were called."""

    path: Path
    name: str
    size: int
