"""Full disks: the error of a failed write, and whether writes succeed again."""

import errno
import sqlite3
import tempfile
import time
from pathlib import Path

import structlog

from kinoteka.errors import Code, DomainError

log = structlog.get_logger()

DISK_FULL_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DISK_FAILURE_CODES = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
LOG_SECONDS = 60.0
PROBE = bytes(64 * 1024)


class DiskState:
    """Tracks whether writes of this process fail."""

    def __init__(self) -> None:
        self.has_failed = False
        self._next_line = 0.0

    def record_failure(self, error: BaseException) -> DomainError:
        """Record a failed write and return its domain error; log it once a minute."""
        self.has_failed = True
        if time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + LOG_SECONDS
            log.error("the disk is full or rejects writes: free some space", reason=str(error))
        return DomainError(Code.DISK_FULL)

    def record_success(self) -> None:
        """Record a successful write."""
        if self.has_failed:
            log.warning("the disk accepts writes again")
        self.has_failed = False
        self._next_line = 0.0


DISK_STATE = DiskState()
"""The state of this process."""


def disk_failure(error: BaseException) -> str | None:
    """Return a message for the operator if the disk caused the error, otherwise None."""
    if isinstance(error, OSError) and error.errno in DISK_FULL_ERRORS:
        where = f" ({error.filename})" if error.filename else ""
        return f"the disk is full, so nothing was stored{where}: free some space and try again"
    if isinstance(error, sqlite3.Error) and primary_code(error) in DISK_FAILURE_CODES:
        return f"the database's disk is full or broken ({error}): free some space and try again"
    return None


def primary_code(error: sqlite3.Error) -> int:
    """Return the code of an error without the bits that refine it."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def probe(folder: Path) -> None:
    """Write a temporary file into the folder. This blocks.

    Raises:
        DomainError(DISK_FULL): the file cannot be written.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(PROBE)
            file.flush()
    except OSError as error:
        raise DISK_STATE.record_failure(error) from error
