"""Staging tables in the database's own server, of this session alone."""

from typing import Any

import psycopg

from kinoteka.database.engines.postgresql.bulk import copy_rows, run
from kinoteka.database.engines.postgresql.imports import queries
from kinoteka.database.import_target import Rows


class TemporaryTables:
    """Temporary tables, written by COPY while the reading goes on.

    Each batch is there at once; no transaction is held open meanwhile.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        run(connection, queries.CREATE_STAGING)

    def add_films(self, rows: Rows) -> None:
        """Add films."""
        copy_rows(self._connection, "staged_films", queries.FILM_TYPES, rows)

    def add_names(self, kind: str, rows: Rows) -> None:
        """Add names."""
        copy_rows(self._connection, f"staged_{kind}s", queries.NAME_TYPES, rows)

    def add_lists(self, kind: str, rows: Rows) -> None:
        """Add places of lists."""
        copy_rows(self._connection, f"staged_{kind}_lists", queries.LIST_TYPES, rows)

    def delete_films_after(self, after: int) -> None:
        """Drop the films above a position."""
        run(self._connection, queries.DELETE_FILMS_AFTER, {"after": after})

    def delete_names_after(self, kind: str, after: int) -> None:
        """Drop the names above a number."""
        run(self._connection, queries.delete_names_after(kind), {"after": after})

    def finish(self) -> int:
        """Of films that share an id, keep the last one; how many had to go for that."""
        repeated = run(self._connection, queries.DELETE_REPEATED).rowcount
        run(self._connection, queries.INDEX_STAGED)
        return repeated

    def close(self) -> None:
        """Drop the tables; they go with a connection that is broken."""
        if not self._connection.closed and not self._connection.broken:
            run(self._connection, queries.DROP_STAGING)
