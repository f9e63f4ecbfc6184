"""Blocking access to the database for commands that run beside servers.

Public operations: reading, writing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg

from kinoteka.database.engines import database_path
from kinoteka.database.engines.postgresql import driver as postgresql
from kinoteka.database.engines.sqlite import driver as sqlite
from kinoteka.database.interface import Reader
from kinoteka.database.migrations import DatabaseUnusable
from kinoteka.infrastructure.settings import Settings


@contextmanager
def reading(settings: Settings) -> Iterator[Reader]:
    """Open the database for reading.

    Raises:
        DatabaseUnusable: the database is unavailable, or a statement fails.
    """
    with _usable():
        if settings.database_url:
            with postgresql.connect(settings, read_only=True) as connection:
                yield postgresql.PostgreSQLReader(connection)
        else:
            with closing(sqlite.connect(database_path(settings), read_only=True)) as file:
                yield sqlite.SQLiteReader(file)


@contextmanager
def writing(settings: Settings) -> Iterator[Reader]:
    """Open a transaction, and commit it at the end of the block.

    Raises:
        DatabaseUnusable: the database is unavailable, or a statement fails. Nothing is stored.
    """
    with _usable():
        if settings.database_url:
            with postgresql.connect(settings) as connection, connection.transaction():
                yield postgresql.PostgreSQLReader(connection)
        else:
            with closing(sqlite.connect(database_path(settings))) as file:
                file.execute("BEGIN IMMEDIATE")
                yield sqlite.SQLiteReader(file)  # closing without a commit rolls it back
                file.execute("COMMIT")


@contextmanager
def _usable() -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, sqlite3.Error) as error:
        raise DatabaseUnusable(f"the database cannot be used: {str(error).strip()}") from error
