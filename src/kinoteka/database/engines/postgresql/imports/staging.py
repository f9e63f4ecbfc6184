"""Staging tables on the database server, visible only to the import's session."""

from typing import Any

import psycopg

from kinoteka.database.engines.postgresql.bulk import copy_rows, run
from kinoteka.database.engines.postgresql.imports import queries
from kinoteka.database.import_target import Rows


class TemporaryTables:
    """Temporary tables, filled by COPY while the files are read.

    Each batch is committed immediately, so no transaction stays open.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        run(connection, queries.CREATE_STAGING)

    def add_films(self, rows: Rows) -> None:
        """Add films."""
        copy_rows(self._connection, "staged_films", queries.FILM_TYPES, rows)

    def add_names(self, kind: str, rows: Rows) -> None:
        """Add names."""
        copy_rows(self._connection, queries.NAME_TARGETS[kind], queries.NAME_TYPES[kind], rows)

    def add_lists(self, kind: str, rows: Rows) -> None:
        """Add entries of lists."""
        copy_rows(self._connection, f"staged_{kind}_lists", queries.LIST_TYPES, rows)

    def add_ids(self, rows: Rows) -> None:
        """Add external ids."""
        copy_rows(self._connection, "staged_ids", queries.ID_TYPES, rows)

    def add_extras(self, table: str, rows: Rows) -> None:
        """Add credits, titles or countries."""
        copy_rows(self._connection, f"staged_{table}", queries.EXTRA_TYPES[table], rows)

    def delete_films_after(self, after: int) -> None:
        """Delete the films above a position, and what belongs to them."""
        run(self._connection, queries.DELETE_FILMS_AFTER, {"after": after})
        for statement in queries.DELETE_PARTS_AFTER:
            run(self._connection, statement, {"after": after})

    def delete_names_after(self, kind: str, after: int) -> None:
        """Delete the names above a number."""
        run(self._connection, queries.delete_names_after(kind), {"after": after})

    def finish(self) -> int:
        """Delete all but the last film of each external id. Return how many were deleted."""
        repeated = run(self._connection, queries.DELETE_REPEATED).rowcount
        run(self._connection, queries.INDEX_STAGED)
        return repeated

    def close(self) -> None:
        """Drop the tables. The server drops those of a broken connection."""
        if not self._connection.closed and not self._connection.broken:
            run(self._connection, queries.DROP_STAGING)
