"""Migrations of a PostgreSQL database, guarded by an advisory lock."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from kinoteka.database.engines.postgresql.driver import connect
from kinoteka.database.migrations import DatabaseUnusable, LockTimeout
from kinoteka.infrastructure.settings import Settings

LOCK = 0x6B696E6F
"""The number of the advisory lock."""
LOOK_SECONDS = 0.1


class PostgreSQLMigrationTarget:
    """The database in the settings, which must exist."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def current(self) -> str | None:
        """Return the revision, or None without a schema."""
        with self._connect() as connection:
            table = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
            if table is None or table[0] is None:
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return None if row is None else str(row[0])

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock; PostgreSQL releases it with the connection."""
        with self._connect() as connection:
            # Poll instead of waiting in a statement: an index that the lock's holder builds
            # CONCURRENTLY waits for every running statement.
            while not _taken(connection):
                time.sleep(LOOK_SECONDS)
            yield

    @contextmanager
    def connection(self, lock_seconds: float) -> Iterator[Connection]:
        """Open an SQLAlchemy connection for Alembic."""
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        options = f"-c lock_timeout={lock_seconds * 1000:.0f} -c statement_timeout=0"
        engine = create_engine(
            "postgresql+psycopg://",
            creator=lambda: psycopg.connect(
                self._settings.database_url, options=options, application_name="kinoteka migrate"
            ),
            poolclass=NullPool,
        )
        try:
            with engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            if isinstance(error.orig, LockNotAvailable):
                raise LockTimeout from error
            if isinstance(error.orig, psycopg.OperationalError):
                raise unusable(error.orig) from error
            raise

    @contextmanager
    def _connect(self) -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
        try:
            connection = connect(self._settings)
        except psycopg.OperationalError as error:
            raise unusable(error) from error
        except (psycopg.ProgrammingError, UnicodeError):
            # Their messages would show the address with its password.
            raise DatabaseUnusable(
                "KINOTEKA_DATABASE_URL is not an address of PostgreSQL"
            ) from None
        with connection:
            yield connection


def _taken(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock($1)", (LOCK,)).fetchone()
    return row == (True,)


def unusable(error: BaseException) -> DatabaseUnusable:
    """Return the error for a database that cannot be used, with what to do about it."""
    reason = " ".join(str(error).split()).rstrip(".?")
    return DatabaseUnusable(
        f"PostgreSQL cannot be used: {reason}. Check that it runs and that KINOTEKA_DATABASE_URL "
        "is right"
    )
