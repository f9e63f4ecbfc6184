"""SQLite as the source or target of a copy."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Table

from kinoteka.database.copy.interface import REVISION, REVISIONS, CopyFailed
from kinoteka.database.copy.rows import (
    BATCH,
    WITH_IDS,
    Rows,
    columns_of,
    in_key_order,
    with_booleans,
)
from kinoteka.database.engines.sqlite.driver import SQLiteReader, connect

WAIT_SECONDS = 60
"""How long to wait for a server's writers, which are short."""
HIGHEST = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?"


class SQLiteCopyDatabase:
    """A database file within a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.reader = SQLiteReader(connection)
        self._connection = connection

    def revision(self) -> str | None:
        """Return the schema revision, or None without a schema."""
        try:
            row = self._connection.execute(REVISION).fetchone()
        except sqlite3.OperationalError:
            return None
        return None if row is None else str(row[0])

    def count(self, table: Table) -> int:
        """Return the number of rows of a table."""
        return int(self._connection.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0])

    def rows(self, table: Table) -> Iterator[Rows]:
        """Return all rows in the order of the table's key, in batches."""
        try:
            yield from with_booleans(table, self._batches(in_key_order(table)))
        except ValueError as error:
            raise CopyFailed(f"{table.name}: {error}") from None

    def highest_ids(self) -> dict[str, int]:
        """Return the highest id that each table has ever assigned, or 0."""
        return {
            table.name: int(self._connection.execute(HIGHEST, (table.name,)).fetchone()[0])
            for table in WITH_IDS
        }

    def revisions(self) -> dict[str, int]:
        """Return the revisions of cached data."""
        return dict(self._connection.execute(REVISIONS))

    def clear(self, table: Table) -> None:
        """Delete all rows."""
        self._connection.execute(f'DELETE FROM "{table.name}"')

    def write(self, table: Table, rows: Rows) -> None:
        """Add rows."""
        placeholders = ", ".join("?" * len(table.columns))
        insert = f'INSERT INTO "{table.name}" ({columns_of(table)}) VALUES ({placeholders})'
        try:
            self._connection.executemany(insert, rows)
        except sqlite3.IntegrityError as error:
            raise CopyFailed(f"{table.name}: {error}") from error

    def advance_sequences(self, table: str, highest: int) -> None:
        """Continue after the highest id that either database has assigned."""
        highest = max(highest, self._connection.execute(HIGHEST, (table,)).fetchone()[0])
        self._connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        self._connection.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, highest))

    def raise_revisions(self, others: dict[str, int]) -> None:
        """Make every revision higher than it was in either database."""
        self._connection.executemany(
            "UPDATE revisions SET value = max(value, ?) + 1 WHERE name = ?",
            [(value, name) for name, value in others.items()],
        )

    def _batches(self, query: str) -> Iterator[Rows]:
        cursor = self._connection.execute(query)
        while batch := cursor.fetchmany(BATCH):
            yield batch


@contextmanager
def snapshot(path: Path) -> Iterator[SQLiteCopyDatabase]:
    """Open a snapshot of the file. Other connections may write meanwhile.

    Raises:
        CopyFailed: the file is missing or not a database.
    """
    if not path.is_file():
        raise CopyFailed(f"there is no database at {path}")
    try:
        with closing(connect(path, read_only=True)) as connection:
            connection.execute("BEGIN")
            yield SQLiteCopyDatabase(connection)
    except sqlite3.DatabaseError as error:
        raise CopyFailed(f"{path}: {error}") from error


@contextmanager
def locked_target(path: Path) -> Iterator[SQLiteCopyDatabase]:
    """Begin a write transaction, and commit it at the end of the block.

    Raises:
        CopyFailed: the lock was not available in time, or the disk is full.
    """
    try:
        with closing(connect(path)) as connection:
            connection.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
            connection.execute("BEGIN IMMEDIATE")
            yield SQLiteCopyDatabase(connection)  # after an error, closing rolls back
            connection.execute("COMMIT")
            connection.execute("PRAGMA optimize")
    except sqlite3.DatabaseError as error:
        raise CopyFailed(f"{path}: {error}") from error
