"""The database for commands, which may block and run few statements, beside servers that go on.

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
    """Open the database to read from it.

    Raises:
        DatabaseUnusable: it is not there, or a statement fails.
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
    """Open one transaction, which is committed at the end of the block.

    Raises:
        DatabaseUnusable: it is not there, or a statement fails; nothing is stored then.
    """
    with _usable():
        if settings.database_url:
            with postgresql.connect(settings) as connection, connection.transaction():
                yield postgresql.PostgreSQLReader(connection)
        else:
            with closing(sqlite.connect(database_path(settings))) as file:
                file.execute("BEGIN IMMEDIATE")
                yield sqlite.SQLiteReader(file)  # closed without a commit, it is rolled back
                file.execute("COMMIT")


@contextmanager
def _usable() -> Iterator[None]:
    try:
        yield
    except (psycopg.Error, sqlite3.Error) as error:
        raise DatabaseUnusable(f"the database cannot be used: {str(error).strip()}") from error
