"""Bulk writing into an SQLite file: a lock beside it, and one transaction."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from kinoteka.database.bulk import AlreadyRunning, BulkFailed
from kinoteka.database.engines.sqlite.driver import connect

WAIT_SECONDS = 60
"""How long to wait for a server's writers, of which none takes long."""
OPTIMIZE_WAIT_SECONDS = 2
INTERRUPT_STEPS = 4_000_000
"""Steps of SQLite's machine between two looks for Ctrl+C: a fraction of a second."""
CACHE_KIBIBYTES = 64 * 1024


@contextmanager
def exclusive_lock(lock: Path) -> Iterator[None]:
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
def translated_errors() -> Iterator[None]:
    """Turn the driver's errors into what both engines raise.

    Raises:
        BulkFailed: a full disk, a missing table, or the like.
        KeyboardInterrupt: Ctrl+C ended a statement (see `allow_interrupts`).
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        if is_interrupt(error):
            raise KeyboardInterrupt from None
        raise BulkFailed(str(error)) from error


@contextmanager
def bulk_transaction(path: Path, attached: Path, name: str) -> Iterator[sqlite3.Connection]:
    """One transaction on the database at `path`, with the file `attached` at hand as `name`.

    It is committed at the end, and rolled back on any error. Readers go on meanwhile; writers
    wait.
    """
    connection = connect(path)
    try:
        connection.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
        allow_interrupts(connection)
        connection.execute(f"PRAGMA main.cache_size = {-CACHE_KIBIBYTES}")
        connection.execute(f"ATTACH DATABASE ? AS {name}", (str(attached),))
        # Checking them costs a third of the time, and what is written here is written by ids
        # that were looked up in this same transaction.
        connection.execute(f"PRAGMA {name}.cache_size = {-CACHE_KIBIBYTES // 2}")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk may have ended it
                connection.execute("ROLLBACK")
            raise
    finally:
        connection.close()


def optimize(path: Path) -> None:
    """Bring the planner's statistics up to date and shrink the write-ahead log.

    What somebody else is using stays as it is; it is done another time.
    """
    with closing(connect(path)) as connection, suppress(sqlite3.OperationalError):
        connection.execute(f"PRAGMA busy_timeout = {OPTIMIZE_WAIT_SECONDS * 1000}")
        connection.execute("PRAGMA analysis_limit = 400")
        connection.execute("PRAGMA optimize")
        # Most of it beside other writers; the last step, which they wait for, is then short.
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def allow_interrupts(connection: sqlite3.Connection) -> None:
    """Let Ctrl+C end a statement that takes long: see `is_interrupt`."""
    # Python looks for signals whenever it runs a function, so one that does nothing will do.
    connection.set_progress_handler(lambda: 0, INTERRUPT_STEPS)


def is_interrupt(error: sqlite3.OperationalError) -> bool:
    """Whether a statement ended because of Ctrl+C."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
