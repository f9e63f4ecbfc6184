"""Blocking access to the database for commands that run beside servers.

Public operations: reading, writing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext

from kinoteka.database.engines import database_path
from kinoteka.database.engines.sqlite.driver import SQLiteReader, connect
from kinoteka.database.interface import Reader
from kinoteka.database.migrations import DatabaseUnusable
from kinoteka.infrastructure.settings import Settings


def reading(settings: Settings) -> AbstractContextManager[Reader]:
    """Open the database for reading.

    Raises:
        DatabaseUnusable: the database is unavailable, or a statement fails.
    """
    return (_postgresql if settings.database_url else _sqlite)(settings, read_only=True)


def writing(settings: Settings) -> AbstractContextManager[Reader]:
    """Open a transaction, and commit it at the end of the block.

    Raises:
        DatabaseUnusable: the database is unavailable, or a statement fails. Nothing is stored.
    """
    return (_postgresql if settings.database_url else _sqlite)(settings, read_only=False)


@contextmanager
def _sqlite(settings: Settings, *, read_only: bool) -> Iterator[Reader]:
    try:
        path, durability = database_path(settings), settings.database_durability
        with closing(connect(path, read_only=read_only, durability=durability)) as file:
            if not read_only:
                file.execute("BEGIN IMMEDIATE")
            yield SQLiteReader(file)
            if not read_only:
                file.execute("COMMIT")  # closing without a commit rolls it back
    except sqlite3.Error as error:
        raise _unusable(error) from error


@contextmanager
def _postgresql(settings: Settings, *, read_only: bool) -> Iterator[Reader]:
    # Imported here because the start of a server on SQLite needs no driver of PostgreSQL.
    import psycopg

    from kinoteka.database.engines.postgresql import driver

    try:
        with (
            driver.connect(settings, read_only=read_only) as connection,
            nullcontext() if read_only else connection.transaction(),
        ):
            yield driver.PostgreSQLReader(connection)
    except psycopg.Error as error:
        raise _unusable(error) from error


def _unusable(error: Exception) -> DatabaseUnusable:
    return DatabaseUnusable(f"the database cannot be used: {str(error).strip()}")
