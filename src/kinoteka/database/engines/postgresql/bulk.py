"""Bulk writes into PostgreSQL: a separate session, COPY and one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, cast

import psycopg

from kinoteka.database.bulk import ADVISORY_LOCK, AlreadyRunning, BulkFailed
from kinoteka.database.engines.postgresql.driver import connect
from kinoteka.infrastructure.settings import Settings

# Bulk writes may take minutes. The server notices a killed process within a second, even while its
# statement runs, and then releases its lock.
SESSION = """
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_connection_check_interval = '300ms';
SET work_mem = '64MB';
SET maintenance_work_mem = '128MB';
SET temp_buffers = '128MB';
"""
WAIT_FOR_LOCK = "SET lock_timeout = '800ms'"
MAY_DISABLE_CHECKS = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
WAIT_FOR_ALL = "SET lock_timeout = 0"


@contextmanager
def bulk_session(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    """Open the only connection for bulk writes to its database.

    Films are staged in temporary tables, which end with the connection.

    Raises:
        AlreadyRunning: another process, on this machine or another, is writing in bulk.
        psycopg.Error
    """
    with connect(settings) as connection:
        connection.execute(SESSION)
        connection.execute(WAIT_FOR_LOCK)
        try:
            connection.execute("SELECT pg_advisory_lock($1)", (ADVISORY_LOCK,))
        except psycopg.errors.LockNotAvailable:
            raise AlreadyRunning(settings.database_url) from None
        connection.execute(WAIT_FOR_ALL)
        yield connection


@contextmanager
def without_foreign_key_checks(
    connection: psycopg.Connection[Any], tables: Iterable[str]
) -> Iterator[None]:
    """Disable foreign key checks in the caller's transaction, if the role has the privilege.

    The checks take most of the time, and the ids were looked up in the same transaction. `tables`
    are the referenced tables. They are locked, so that nobody deletes rows from them. Superusers
    have the privilege, and roles with `GRANT SET ON PARAMETER session_replication_role`.
    """
    (is_allowed,) = connection.execute(MAY_DISABLE_CHECKS).fetchone() or (False,)
    if not is_allowed:
        yield
        return
    connection.execute(cast(Any, f"LOCK TABLE {', '.join(tables)} IN SHARE MODE"))
    connection.execute("SET LOCAL session_replication_role = replica")
    yield
    connection.execute("SET LOCAL session_replication_role = origin")


@contextmanager
def translated_errors() -> Iterator[None]:
    """Translate the driver's errors to those that both engines raise.

    Raises:
        BulkFailed: the database is unavailable, the disk is full, or a statement failed.
        KeyboardInterrupt: Ctrl+C cancelled a statement.
    """
    try:
        yield
    except psycopg.Error as error:
        if _is_interrupt(error):
            raise KeyboardInterrupt from None
        raise BulkFailed(error.diag.message_primary or str(error).strip()) from error


def _is_interrupt(error: BaseException) -> bool:
    """Return whether Ctrl+C caused an error. psycopg reports the cancelled statement instead."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, KeyboardInterrupt):
        cause = cause.__context__
    return cause is not None


def run(
    connection: psycopg.Connection[Any], sql: str, parameters: dict[str, Any] | None = None
) -> psycopg.Cursor[Any]:
    """Run a statement with named parameters, such as `%(name)s`."""
    return psycopg.Cursor(connection).execute(cast(Any, sql), parameters)


def copy_rows(
    connection: psycopg.Connection[Any],
    target: str,
    types: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Write rows into `target`, a table with its columns. `types` are the types of the columns.

    The binary format takes half the time of the text format.
    """
    with connection.cursor().copy(cast(Any, f"COPY {target} FROM STDIN (FORMAT BINARY)")) as copy:
        copy.set_types(types)
        write_row = copy.write_row
        for row in rows:
            write_row(row)


def optimize(connection: psycopg.Connection[Any], tables: Iterable[str]) -> None:
    """Update the planner's statistics and the visibility maps.

    Index-only scans depend on them, and autovacuum runs a minute later or not at all. Locked
    tables are skipped.
    """
    with suppress(psycopg.Error):
        names = ", ".join(tables)
        connection.execute(cast(Any, f"VACUUM (ANALYZE, SKIP_LOCKED) {names}"))
