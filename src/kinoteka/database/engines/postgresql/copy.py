"""PostgreSQL as the source or target of a copy."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.errors import LockNotAvailable
from sqlalchemy import Table

from kinoteka.database.copy.interface import REVISION, REVISIONS, CopyFailed
from kinoteka.database.copy.rows import (
    BATCH,
    TABLES,
    WITH_IDS,
    Rows,
    columns_of,
    in_key_order,
)
from kinoteka.database.engines.postgresql.driver import PostgreSQLReader, connect
from kinoteka.database.schema import revisions
from kinoteka.infrastructure.settings import Settings

WAIT_SECONDS = 10
"""How long to wait for other writers of the target."""
NO_TIMEOUTS = f"""
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL lock_timeout = '{WAIT_SECONDS}s';
"""
SEQUENCE = "SELECT pg_get_serial_sequence($1, 'id')"


class PostgreSQLCopyDatabase:
    """A database within a transaction."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.reader = PostgreSQLReader(connection)
        self._connection = connection

    def revision(self) -> str | None:
        """Return the schema revision, or None without a schema."""
        if self._run_one("SELECT to_regclass('alembic_version')") is None:
            return None
        return str(self._run_one(REVISION))

    def count(self, table: Table) -> int:
        """Return the number of rows of a table."""
        return int(self._run_one(f'SELECT count(*) FROM "{table.name}"'))

    def rows(self, table: Table) -> Iterator[Rows]:
        """Return all rows in the order of the table's key, in batches."""
        return self._batches(in_key_order(table))

    def highest_ids(self) -> dict[str, int]:
        """Return the highest id that each table has ever assigned, or 0."""
        return {table.name: self._highest(self._sequence(table.name)) for table in WITH_IDS}

    def revisions(self) -> dict[str, int]:
        """Return the revisions of cached data."""
        return dict(self._connection.execute(REVISIONS).fetchall())

    def clear(self, table: Table) -> None:
        """Delete all rows."""
        self._connection.execute(_sql(f'DELETE FROM "{table.name}"'))

    def write(self, table: Table, rows: Rows) -> None:
        """Add rows.

        Each batch is one COPY, because the server keeps pending key checks in memory until its end.
        """
        into = _sql(f'COPY "{table.name}" ({columns_of(table)}) FROM STDIN')
        try:
            with self._connection.cursor() as cursor, cursor.copy(into) as copy:
                for row in rows:
                    copy.write_row(row)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            where = (error.diag.context or "").partition("\n")[0]
            raise CopyFailed(f"{table.name}: {error} {where}".strip()) from error

    def advance_sequences(self, table: str, highest: int) -> None:
        """Continue after the highest id that either database has assigned.

        A rollback does not reset the sequence, which does no harm.
        """
        sequence = self._sequence(table)
        highest = max(highest, self._highest(sequence))
        self._connection.execute(
            "SELECT setval($1::regclass, $2, $3)", (sequence, max(highest, 1), highest > 0)
        )

    def raise_revisions(self, others: dict[str, int]) -> None:
        """Make every revision higher than it was in either database."""
        for name, value in others.items():
            self._connection.execute(
                "UPDATE revisions SET value = greatest(value, $1::bigint) + 1 WHERE name = $2",
                (value, name),
            )

    def _sequence(self, table: str) -> str:
        return str(self._run_one(SEQUENCE, table))

    def _highest(self, sequence: str) -> int:
        return int(self._run_one(f"SELECT last_value - (NOT is_called)::int FROM {sequence}"))

    def _run_one(self, query: str, *parameters: object) -> Any:
        row = self._connection.execute(_sql(query), parameters).fetchone()
        return row[0] if row else None

    def _batches(self, query: str) -> Iterator[Rows]:
        with self._connection.cursor("rows") as cursor:
            cursor.execute(_sql(query))
            while batch := cursor.fetchmany(BATCH):
                yield batch


@contextmanager
def snapshot(settings: Settings) -> Iterator[PostgreSQLCopyDatabase]:
    """Open a snapshot of the database. Other connections may write meanwhile.

    Raises:
        CopyFailed: the database is unavailable.
    """
    with _connected(settings) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        _set(connection)
        yield PostgreSQLCopyDatabase(connection)


@contextmanager
def locked_target(settings: Settings) -> Iterator[PostgreSQLCopyDatabase]:
    """Lock the tables against other writers, and commit at the end of the block.

    Raises:
        CopyFailed: the lock was not available in time, or the database is unavailable.
    """
    names = ", ".join(f'"{table.name}"' for table in (*TABLES, revisions))
    with _connected(settings) as connection:
        with connection.transaction():
            _set(connection)
            try:
                connection.execute(_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
            except LockNotAvailable:
                raise CopyFailed("others write to the target") from None
            yield PostgreSQLCopyDatabase(connection)
        connection.execute("ANALYZE")


@contextmanager
def _connected(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    try:
        with connect(settings) as connection:
            yield connection
    except psycopg.OperationalError as error:
        raise CopyFailed(f"PostgreSQL: {str(error).strip()}") from error


def _set(connection: psycopg.Connection[Any]) -> None:
    for statement in NO_TIMEOUTS.split(";")[:-1]:
        connection.execute(_sql(statement.strip()))


def _sql(text: str) -> Any:
    """Pass a statement of constant names to psycopg, whose types require a literal."""
    return text
