"""Replace the content of an SQLite file in one transaction, while servers have it open."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from kinoteka.database.backup import BackupFailed
from kinoteka.database.backup.snapshots import check
from kinoteka.database.backup.write import sync_folder
from kinoteka.database.engines.sqlite.driver import connect
from kinoteka.infrastructure.progress import Progress

PAGES = 1024
WAIT_SECONDS = 60
"""How long to wait for the writers of servers."""

DELETE_ENDED_SESSIONS = """
DELETE FROM main.sessions WHERE (id, account_id, token_hash) NOT IN (
    SELECT id, account_id, token_hash FROM live.sessions)
"""
UPDATE_SESSIONS = """
UPDATE main.sessions SET refresh_generation = now.refresh_generation,
    refreshed_at = now.refreshed_at, last_seen_at = now.last_seen_at
FROM live.sessions AS now WHERE now.id = main.sessions.id
"""
REVISIONS = """
UPDATE main.revisions SET value = 1 + max(value, coalesce(
    (SELECT now.value FROM live.revisions AS now WHERE now.name = main.revisions.name), 0))
"""
# Two statements, because the table has no key.
IDS = (
    """UPDATE main.sqlite_sequence SET seq = max(seq, coalesce(
    (SELECT now.seq FROM live.sqlite_sequence AS now
    WHERE now.name = main.sqlite_sequence.name), 0))""",
    """INSERT INTO main.sqlite_sequence (name, seq) SELECT name, seq FROM live.sqlite_sequence
    WHERE name NOT IN (SELECT name FROM main.sqlite_sequence)""",
)


def check_file(path: Path) -> None:
    """Check that a file from an archive is an intact database.

    Raises:
        BackupFailed
    """
    try:
        with closing(sqlite3.connect(path)) as connection:
            check(connection)
    except sqlite3.DatabaseError as error:
        raise BackupFailed(f"the backup's database cannot be read: {error}") from error


def close_file(path: Path) -> None:
    """Move everything from the write-ahead log into the database file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")


def replace(live: Path, prepared: Path, progress: Progress, *, with_sessions: bool) -> None:
    """Replace the live database, if it exists, with a prepared one of the same schema.

    Raises:
        BackupFailed: the database stayed locked, or the disk is full; the live database is
            unchanged.
    """
    progress.begin("replacing the database")
    try:
        if live.exists():
            _overwrite(live, prepared, progress, with_sessions=with_sessions)
        else:
            _move(live, prepared, with_sessions=with_sessions)
    except sqlite3.DatabaseError as error:
        raise BackupFailed(f"{live}: {error}") from error


def _move(live: Path, prepared: Path, *, with_sessions: bool) -> None:
    with closing(sqlite3.connect(prepared)) as connection, connection:
        if not with_sessions:
            connection.execute("DELETE FROM sessions")
    with prepared.open("rb") as file:
        os.fsync(file.fileno())
    prepared.replace(live)
    sync_folder(live.parent)


def _overwrite(live: Path, prepared: Path, progress: Progress, *, with_sessions: bool) -> None:
    with (
        closing(connect(live)) as target,
        closing(sqlite3.connect(prepared, isolation_level=None)) as source,
    ):
        source.execute("ATTACH DATABASE ? AS live", (str(live),))
        reconciled = False
        deadline = time.monotonic() + WAIT_SECONDS

        def note(status: int, remaining: int, total: int) -> None:
            nonlocal reconciled
            if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                if time.monotonic() > deadline:
                    raise BackupFailed("others write to the database all the time")
                return
            if not reconciled:
                # From the first pages on, this process holds the live file's write lock. Changes of
                # the source's own connection are copied, too (SQLite, "Using the SQLite Online
                # Backup API").
                _reconcile(source, with_sessions=with_sessions)
                reconciled = True
            progress.done, progress.total = total - remaining, total

        pages = int(source.execute("PRAGMA page_count").fetchone()[0])
        source.backup(target, pages=min(PAGES, pages - 1), progress=note)
        target.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def _reconcile(source: sqlite3.Connection, *, with_sessions: bool) -> None:
    source.execute("BEGIN")
    if not with_sessions:
        source.execute(DELETE_ENDED_SESSIONS)
        source.execute(UPDATE_SESSIONS)
    for statement in (*IDS, REVISIONS):
        source.execute(statement)
    source.execute("COMMIT")
