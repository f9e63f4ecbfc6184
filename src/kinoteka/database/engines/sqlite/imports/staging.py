"""Staging tables in a database file beside the catalogue's."""

import sqlite3
from pathlib import Path

from kinoteka.database.engines.sqlite.bulk import allow_interrupts
from kinoteka.database.engines.sqlite.imports import queries
from kinoteka.database.import_target import Rows


class StagingFile:
    """The file; it is thrown away in the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.unlink(missing_ok=True)  # what a killed import has left behind
        self._connection = sqlite3.connect(path, isolation_level=None)
        allow_interrupts(self._connection)
        self._connection.executescript(queries.CREATE_STAGING)
        self._connection.execute("BEGIN")

    def add_films(self, rows: Rows) -> None:
        """Add films."""
        self._connection.executemany(queries.STAGE_FILM, rows)

    def add_names(self, kind: str, rows: Rows) -> None:
        """Add names."""
        self._connection.executemany(queries.stage_name(kind), rows)

    def add_lists(self, kind: str, rows: Rows) -> None:
        """Add places of lists."""
        self._connection.executemany(queries.stage_list(kind), rows)

    def delete_films_after(self, after: int) -> None:
        """Drop the films above a position."""
        self._connection.execute(queries.DELETE_FILMS_AFTER, (after,))

    def delete_names_after(self, kind: str, after: int) -> None:
        """Drop the names above a number."""
        self._connection.execute(queries.delete_names_after(kind), (after,))

    def finish(self) -> int:
        """Of films that share an id, keep the last one; how many had to go for that."""
        self._connection.execute(queries.INDEX_STAGED_IDS)
        repeated = self._connection.execute(queries.DELETE_REPEATED).rowcount
        self._connection.execute("COMMIT")
        self._connection.close()
        return repeated

    def close(self) -> None:
        """Throw the file away."""
        self._connection.close()
        self._path.unlink(missing_ok=True)
