"""The connection of an import, for the statements that both engines share."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Any, cast

import psycopg

from kinoteka.database.engines.postgresql.bulk import run
from kinoteka.database.film_columns import create_combined_films
from kinoteka.database.import_session import CHUNK, POSTGRESQL

AT_COMMIT = "ON COMMIT DROP"
_numbers = count(1)


class PostgreSQLImportSession:
    """A connection with staged tables, within a transaction."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def create(self, table: str) -> None:
        """Create a staged table that the end of the transaction drops."""
        run(self._connection, f"CREATE TEMPORARY TABLE staged_{table} {AT_COMMIT}")

    def create_combined(self) -> None:
        """Create the staged table `combined`."""
        table = create_combined_films("postgresql", "staged_combined", "TEMPORARY")
        run(self._connection, f"{table} {AT_COMMIT}")

    def run(self, sql: str, **numbers: int) -> int:
        """Run a statement. Return how many rows it changed."""
        return run(self._connection, sql.format(**POSTGRESQL, **numbers)).rowcount

    def rows(self, sql: str, **numbers: int) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return run(self._connection, sql.format(**POSTGRESQL, **numbers)).fetchall()

    def chunks(
        self, sql: str, size: int = CHUNK, **numbers: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a query in lists. Other statements may run in between."""
        name = f"import_{next(_numbers)}"
        with psycopg.ServerCursor(self._connection, name) as cursor:
            cursor.execute(cast(Any, sql.format(**POSTGRESQL, **numbers)))
            while chunk := cursor.fetchmany(size):
                yield chunk

    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to a staged table."""
        with self._connection.cursor().copy(cast(Any, f"COPY staged_{table} FROM STDIN")) as copy:
            for row in rows:
                copy.write_row(row)
