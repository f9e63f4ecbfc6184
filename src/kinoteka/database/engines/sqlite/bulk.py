"""Bulk writes into an SQLite file: a lock file beside it and one transaction."""

import fcntl
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from kinoteka.database.bulk import AlreadyRunning, BulkFailed
from kinoteka.database.engines.sqlite.driver import connect

WAIT_SECONDS = 60
"""How long to wait for a server's writers, which are short."""
OPTIMIZE_WAIT_SECONDS = 2
INTERRUPT_STEPS = 4_000_000
"""Steps of SQLite's virtual machine between two checks for Ctrl+C: a fraction of a second."""
CACHE_KIBIBYTES = 48 * 1024


@contextmanager
def exclusive_lock(lock: Path) -> Iterator[None]:
    """Hold this lock file exclusively.

    Raises:
        AlreadyRunning: another process holds it.
    """
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(str(lock)) from None
        yield


@contextmanager
def translated_errors() -> Iterator[None]:
    """Translate the driver's errors to those that both engines raise.

    Raises:
        BulkFailed: the disk is full, or a statement failed.
        KeyboardInterrupt: Ctrl+C cancelled a statement (see `allow_interrupts`).
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        if is_interrupt(error):
            raise KeyboardInterrupt from None
        raise BulkFailed(str(error)) from error


@contextmanager
def bulk_transaction(
    path: Path,
    attached: Path,
    name: str,
    prepare: Callable[[sqlite3.Connection], None] = lambda _: None,
) -> Iterator[sqlite3.Connection]:
    """Begin a transaction on the database at `path`, with the file `attached` attached as `name`.

    It is committed at the end of the block, or rolled back after an error. Readers continue and
    other writers wait. `prepare` fills the attached file before it, while others may write.
    """
    connection = connect(path)
    try:
        connection.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
        allow_interrupts(connection)
        connection.execute(f"PRAGMA main.cache_size = {-CACHE_KIBIBYTES}")
        connection.execute(f"ATTACH DATABASE ? AS {name}", (str(attached),))
        connection.execute(f"PRAGMA {name}.cache_size = {-CACHE_KIBIBYTES // 2}")
        # The checks take a third of the time, and the ids were looked up in the same transaction.
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("BEGIN")
        prepare(connection)
        connection.execute("COMMIT")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk may have rolled it back
                connection.execute("ROLLBACK")
            raise
    finally:
        connection.close()


def copy_rows(
    connection: sqlite3.Connection,
    target: str,
    types: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Write rows into `target`, a table with its columns. The types are those of the values."""
    values = ", ".join("?" * len(types))
    connection.executemany(f"INSERT INTO {target} VALUES ({values})", rows)


def optimize(path: Path) -> None:
    """Update the planner's statistics and shrink the write-ahead log.

    A part of the log that a reader uses remains until a later call.
    """
    with closing(connect(path)) as connection, suppress(sqlite3.OperationalError):
        connection.execute(f"PRAGMA busy_timeout = {OPTIMIZE_WAIT_SECONDS * 1000}")
        connection.execute("PRAGMA analysis_limit = 400")
        # `PRAGMA optimize` skips tables that its own connection did not query.
        connection.execute("ANALYZE")
        # Copy most pages beside other writers, so that they wait only briefly for the truncation.
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def allow_interrupts(connection: sqlite3.Connection) -> None:
    """Let Ctrl+C cancel a long statement. `is_interrupt` recognises the error."""
    # Python handles signals whenever it runs a function, so an empty one is enough.
    connection.set_progress_handler(lambda: 0, INTERRUPT_STEPS)


def is_interrupt(error: sqlite3.OperationalError) -> bool:
    """Return whether Ctrl+C cancelled a statement."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
