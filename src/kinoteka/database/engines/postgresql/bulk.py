"""Bulk writing into PostgreSQL: a session of its own, COPY, and one transaction."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, cast

import psycopg

from kinoteka.database.bulk import ADVISORY_LOCK, AlreadyRunning, BulkFailed
from kinoteka.database.engines.postgresql.driver import connect
from kinoteka.infrastructure.settings import Settings

# Work that takes minutes is no mistake here. A killed process is noticed within a second, even
# while its statement runs, so that its lock is soon free.
SESSION = """
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_connection_check_interval = '300ms';
SET work_mem = '64MB';
SET maintenance_work_mem = '128MB';
SET temp_buffers = '128MB';
"""
WAIT_FOR_LOCK = "SET lock_timeout = '800ms'"
MAY_TRUST = "SELECT has_parameter_privilege('session_replication_role', 'SET')"
WAIT_FOR_ALL = "SET lock_timeout = 0"


@contextmanager
def bulk_session(settings: Settings) -> Iterator[psycopg.Connection[Any]]:
    """A connection for bulk writing, the only such one to its database.

    Temporary tables are its staging: they go with it, however that ends.

    Raises:
        AlreadyRunning: another process, on this machine or another, has such a one.
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
    """Check no foreign keys within the caller's transaction, if the role may decide that.

    Checking them costs most of the time, and what is written here is written by ids that were
    looked up in this same transaction. `tables` are those referred to; they are locked, so that
    nothing goes from them in the meantime. Superusers may, and roles with
    `GRANT SET ON PARAMETER session_replication_role`.
    """
    (may,) = connection.execute(MAY_TRUST).fetchone() or (False,)
    if not may:
        yield
        return
    connection.execute(cast(Any, f"LOCK TABLE {', '.join(tables)} IN SHARE MODE"))
    connection.execute("SET LOCAL session_replication_role = replica")
    yield
    connection.execute("SET LOCAL session_replication_role = origin")


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn the driver's errors into what both engines raise.

    Raises:
        BulkFailed: the database went away, a full disk, a missing table, or the like.
        KeyboardInterrupt: that is what it came from.
    """
    try:
        yield
    except psycopg.Error as error:
        if _is_interrupt(error):
            raise KeyboardInterrupt from None
        raise BulkFailed(error.diag.message_primary or str(error).strip()) from error


def _is_interrupt(error: BaseException) -> bool:
    """Whether an error is what Ctrl+C has left: what it ended is then ended in disorder."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, KeyboardInterrupt):
        cause = cause.__context__
    return cause is not None


def run(
    connection: psycopg.Connection[Any], sql: str, given: dict[str, Any] | None = None
) -> psycopg.Cursor[Any]:
    """Run a statement whose parameters are named, as `%(name)s`."""
    return psycopg.Cursor(connection).execute(cast(Any, sql), given)


def copy_rows(
    connection: psycopg.Connection[Any],
    target: str,
    types: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Write rows into `target`, a table with its columns; `types` are the columns'.

    The binary format takes half the time of the text.
    """
    with connection.cursor().copy(cast(Any, f"COPY {target} FROM STDIN (FORMAT BINARY)")) as copy:
        copy.set_types(types)
        write_row = copy.write_row
        for row in rows:
            write_row(row)


def optimize(connection: psycopg.Connection[Any], tables: Iterable[str]) -> None:
    """Bring the planner's statistics and the visibility maps up to date.

    Index-only scans rest on those, and the server's own tidying comes a minute later or not at
    all. What somebody else is using stays as it is.
    """
    with suppress(psycopg.Error):
        names = ", ".join(tables)
        connection.execute(cast(Any, f"VACUUM (ANALYZE, SKIP_LOCKED) {names}"))
