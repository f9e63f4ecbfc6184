"""Migrating a PostgreSQL database: an advisory lock lets one process do it."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection

from kinoteka.config import Settings
from kinoteka.storage.migrations import DatabaseUnusable
from kinoteka.storage.postgresql import connect

LOCK = 0x6B696E6F
"""The advisory lock's number: ours, as good as any."""


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
            connection.execute("SELECT pg_advisory_lock($1)", (LOCK,))
            yield

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """A connection of SQLAlchemy's."""
        from sqlalchemy import create_engine
        from sqlalchemy.pool import NullPool

        engine = create_engine(
            "postgresql+psycopg://",
            creator=lambda: psycopg.connect(self._settings.database_url),
            poolclass=NullPool,
        )
        with engine.connect() as connection:
            yield connection

    @contextmanager
    def _connect(self) -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
        try:
            connection = connect(self._settings)
        except psycopg.OperationalError as error:
            raise DatabaseUnusable(f"PostgreSQL cannot be used: {str(error).strip()}") from error
        with connection:
            yield connection
