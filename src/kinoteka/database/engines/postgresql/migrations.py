"""Migrating a PostgreSQL database: an advisory lock lets one process do it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from kinoteka.database.engines.postgresql.driver import connect
from kinoteka.database.migrations import DatabaseUnusable, Locked
from kinoteka.infrastructure.settings import Settings

LOCK = 0x6B696E6F
"""The advisory lock's number: ours, as good as any."""
LOOK_SECONDS = 0.1


class PostgreSQLPlace:
    """The database that the settings name, which must be there already."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def current(self) -> str | None:
        """The revision; None where there is no schema yet."""
        with self._connect() as connection:
            table = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
            if table is None or table[0] is None:
                return None
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            return None if row is None else str(row[0])

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock; it goes with the connection, however that ends."""
        with self._connect() as connection:
            # To ask again and again, rather than to wait within a statement: an index that the
            # lock's holder builds CONCURRENTLY waits for every statement that is under way.
            while not _taken(connection):
                time.sleep(LOOK_SECONDS)
            yield

    @contextmanager
    def connection(self, lock_seconds: float) -> Iterator[Connection]:
        """A connection of SQLAlchemy's."""
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
                raise Locked from error
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
            # What they say would show the address, password and all.
            raise DatabaseUnusable("KINOTEKA_DATABASE_URL is no address of PostgreSQL") from None
        with connection:
            yield connection


def _taken(connection: "psycopg.Connection[tuple[object, ...]]") -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock($1)", (LOCK,)).fetchone()
    return row == (True,)


def unusable(error: BaseException) -> DatabaseUnusable:
    """Return the error for a database that cannot be used, with what to do about it."""
    said = " ".join(str(error).split()).rstrip(".?")
    return DatabaseUnusable(
        f"PostgreSQL cannot be used: {said}. Check that it runs and that KINOTEKA_DATABASE_URL is "
        "right"
    )
