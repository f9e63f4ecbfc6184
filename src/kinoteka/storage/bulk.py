"""Bulk writing: one large transaction of a process of its own, beside a running server."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kinoteka.storage.sqlite import connect

WAIT_SECONDS = 60
"""How long to wait for a server's writers, of which none takes long."""
CHECKPOINT_WAIT_SECONDS = 2
CACHE_KIBIBYTES = 64 * 1024


class AlreadyRunning(Exception):
    """Another process does the same at this moment."""


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Be the only process that holds this file.

    Raises:
        AlreadyRunning: another one holds it.
    """
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(str(lock)) from None
        yield


@contextmanager
def bulk_transaction(path: Path, attached: Path, name: str) -> Iterator[sqlite3.Connection]:
    """One transaction on the database at `path`, with the file `attached` at hand as `name`.

    It is committed at the end, and rolled back on any error. Readers go on meanwhile; writers
    wait.
    """
    connection = connect(path)
    try:
        connection.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
        connection.execute(f"PRAGMA main.cache_size = {-CACHE_KIBIBYTES}")
        connection.execute(f"ATTACH DATABASE ? AS {name}", (str(attached),))
        # Checking them costs a third of the time, and what is written here is written by ids
        # that were looked up in this same transaction.
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk may have ended it
                connection.execute("ROLLBACK")
            raise
        connection.execute(f"DETACH DATABASE {name}")
        tidy(connection)
    finally:
        connection.close()


def tidy(connection: sqlite3.Connection) -> None:
    """Bring the planner's statistics up to date and shrink the write-ahead log.

    A reader that is under way keeps the log as it is; it then shrinks later.
    """
    connection.execute(f"PRAGMA busy_timeout = {CHECKPOINT_WAIT_SECONDS * 1000}")
    connection.execute("PRAGMA analysis_limit = 400")
    connection.execute("PRAGMA optimize")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
