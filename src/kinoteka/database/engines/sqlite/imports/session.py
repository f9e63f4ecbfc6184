"""The connection of an import, for the statements that both engines share."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kinoteka.database.film_columns import create_combined_films
from kinoteka.database.import_session import CHUNK, SQLITE


class SQLiteImportSession:
    """A connection to the catalogue, with the staging file attached as `staging`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def create(self, table: str) -> None:
        """Create a staged table."""
        self._connection.execute(f"CREATE TABLE staging.{table}")

    def create_combined(self) -> None:
        """Create the staged table `combined`."""
        self._connection.execute(create_combined_films("sqlite", "combined", schema="staging"))

    def run(self, sql: str, **numbers: int) -> int:
        """Run a statement. Return how many rows it changed."""
        before = self._connection.total_changes
        self._connection.execute(sql.format(**SQLITE, **numbers))
        return self._connection.total_changes - before

    def rows(self, sql: str, **numbers: int) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        return self._connection.execute(sql.format(**SQLITE, **numbers)).fetchall()

    def chunks(
        self, sql: str, size: int = CHUNK, **numbers: int
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the rows of a query in lists. Other statements may run in between."""
        cursor = self._connection.execute(sql.format(**SQLITE, **numbers))
        while chunk := cursor.fetchmany(size):
            yield chunk

    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows to a staged table."""
        rows = list(rows)
        if rows:
            places = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO staging.{table} VALUES ({places})", rows)
