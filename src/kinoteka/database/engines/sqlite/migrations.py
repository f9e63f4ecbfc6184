"""Migrations of an SQLite file, guarded by a lock file beside it."""

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from kinoteka.database.engines import database_path
from kinoteka.database.engines.sqlite.driver import connect
from kinoteka.database.migrations import DatabaseUnusable, LockTimeout
from kinoteka.infrastructure.settings import Settings


class SQLiteMigrationTarget:
    """The database file in the data folder; it is created if necessary."""

    def __init__(self, settings: Settings) -> None:
        self._path = database_path(settings)

    def current(self) -> str | None:
        """Return the revision, or None without a file."""
        if not self._path.exists():
            return None
        connection = sqlite3.connect(self._path)
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
        except sqlite3.DatabaseError as error:
            raise DatabaseUnusable(
                f"{self._path} is not a usable database ({error}). Stop the server and restore the "
                "last backup with 'kinoteka restore', or name another data folder with --data"
            ) from error
        finally:
            connection.close()
        return None if row is None else str(row[0])

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock of the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.with_suffix(".migrating").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def connection(self, lock_seconds: float) -> Iterator[Connection]:
        """Open a connection for Alembic with the usual settings."""
        from sqlalchemy import create_engine
        from sqlalchemy.pool import StaticPool

        raw = connect(self._path)
        raw.execute(f"PRAGMA busy_timeout = {lock_seconds * 1000:.0f}")
        # A table that is created again must not lose the rows that refer to it.
        raw.execute("PRAGMA foreign_keys = OFF")
        engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
        try:
            with engine.connect() as connection:
                yield connection
        except OperationalError as error:
            if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                raise LockTimeout from error
            raise DatabaseUnusable(f"{self._path}: {error.orig}") from error
        finally:
            engine.dispose()
            raw.close()
