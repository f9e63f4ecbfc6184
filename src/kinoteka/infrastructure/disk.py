"""Disks without room: what failed writes come to, and whether writes succeed again."""

import errno
import sqlite3
import tempfile
import time
from pathlib import Path

import structlog

from kinoteka.errors import Code, DomainError

log = structlog.get_logger()

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
DISK_REFUSES = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
LOG_SECONDS = 60.0
PROBE = bytes(64 * 1024)


class Room:
    """Whether writes of this process have failed since the last one that is known to succeed."""

    def __init__(self) -> None:
        self.is_doubtful = False
        self._next_line = 0.0

    def refused(self, error: BaseException) -> DomainError:
        """Return what a failed write comes to; it is logged once a minute."""
        self.is_doubtful = True
        if time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + LOG_SECONDS
            log.error("the disk is full, or refuses to store: make room", reason=str(error))
        return DomainError(Code.DISK_FULL)

    def stored(self) -> None:
        """Note that a write has succeeded."""
        if self.is_doubtful:
            log.warning("the disk stores again")
        self.is_doubtful = False
        self._next_line = 0.0


ROOM = Room()
"""This process's."""


def disk_failure(error: BaseException) -> str | None:
    """Return what to tell an operator if it is the disk that failed, else None."""
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        where = f" ({error.filename})" if error.filename else ""
        return f"the disk has no room left, so nothing was stored{where}: make room and try again"
    if isinstance(error, sqlite3.Error) and _primary_code(error) in DISK_REFUSES:
        return f"the disk of the database is full or broken ({error}): make room and try again"
    return None


def _primary_code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest tells more precisely


def probe(folder: Path) -> None:
    """Write a temporary file into the folder; blocks.

    Raises:
        DomainError(DISK_FULL): it cannot be written.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(PROBE)
            file.flush()
    except OSError as error:
        raise ROOM.refused(error) from error
