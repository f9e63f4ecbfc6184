"""Staging tables in a temporary database file beside the catalogue."""

import sqlite3
from itertools import chain
from pathlib import Path

from kinoteka.database.engines.sqlite.bulk import allow_interrupts
from kinoteka.database.engines.sqlite.imports import queries
from kinoteka.database.import_target import Rows

TOGETHER = 50
"""How many rows a statement inserts, because each statement takes as long as a row or two."""


class StagingFile:
    """The staging file of one import. Closing it deletes the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.unlink(missing_ok=True)  # of an import that was killed
        self._connection = sqlite3.connect(path, isolation_level=None)
        allow_interrupts(self._connection)
        self._connection.executescript(queries.CREATE_STAGING)
        self._connection.execute("BEGIN")

    def add_films(self, rows: Rows) -> None:
        """Add films."""
        self._insert(queries.STAGE_FILM, rows)

    def add_names(self, kind: str, rows: Rows) -> None:
        """Add names."""
        self._insert(queries.stage_name(kind), rows)

    def add_lists(self, kind: str, rows: Rows) -> None:
        """Add entries of lists."""
        self._insert(queries.stage_list(kind), rows)

    def add_ids(self, rows: Rows) -> None:
        """Add external ids."""
        self._insert(queries.STAGE_ID, rows)

    def add_extras(self, table: str, rows: Rows) -> None:
        """Add credits, titles or countries."""
        self._insert(queries.stage_extra(table), rows)

    def delete_films_after(self, after: int) -> None:
        """Delete the films above a position, and what belongs to them."""
        self._connection.execute(queries.DELETE_FILMS_AFTER, (after,))
        for statement in queries.DELETE_PARTS_AFTER:
            self._connection.execute(statement, (after,))

    def delete_names_after(self, kind: str, after: int) -> None:
        """Delete the names above a number."""
        self._connection.execute(queries.delete_names_after(kind), (after,))

    def finish(self) -> int:
        """Delete all but the last film of each external id. Return how many were deleted."""
        self._connection.execute(queries.INDEX_STAGED_IDS)
        repeated = self._connection.execute(queries.DELETE_REPEATED).rowcount
        self._connection.execute("COMMIT")
        self._connection.close()
        return repeated

    def close(self) -> None:
        """Close and delete the file."""
        self._connection.close()
        self._path.unlink(missing_ok=True)

    def _insert(self, statement: str, rows: Rows) -> None:
        """Insert rows. `statement` ends with the placeholders of one row."""
        rows = list(rows)
        insert, placeholders = statement.rsplit("VALUES", 1)
        together = f"{insert}VALUES {', '.join([placeholders] * TOGETHER)}"
        rest = len(rows) % TOGETHER
        for start in range(rest, len(rows), TOGETHER):
            values = chain.from_iterable(rows[start : start + TOGETHER])
            self._connection.execute(together, tuple(values))
        self._connection.executemany(statement, rows[:rest])
