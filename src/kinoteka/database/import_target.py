"""Import targets: the operations of an import that each database engine implements.

Public operations: open_import_target.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import msgspec

from kinoteka.database.engines import database_path
from kinoteka.database.film_combining import Choose, NameKeys
from kinoteka.database.import_session import ImportSession
from kinoteka.database.interface import Reader
from kinoteka.infrastructure.settings import Settings

SLICE = 20_000
"""How many films are stored at a time at most."""
SLICE_ROWS = 80_000
"""How many films with their credits, titles and countries are stored at a time."""

OnStored = Callable[[int, int], None]
"""Receives, repeatedly, how many films are stored and how many there are in total."""
Recount = Callable[[Reader], None]
"""Counts the films of every genre and director in the transaction that stores films."""
BeforeCommit = Callable[[Reader], None]
"""Further work in the transaction that stores films, called just before its commit."""
Rows = Iterable[Sequence[Any]]


class ImportRules(msgspec.Struct, frozen=True):
    """What the core decides: labels that the operator's rules name, counts, and values to show."""

    labels: Sequence[str]
    recount: Recount
    choose: Choose
    name_keys: NameKeys
    is_undo: bool = False
    """Whether records are restored. Then there is no new batch."""
    replaces: bool = False
    """Whether most known ids may get other titles."""


class Changes(msgspec.Struct, frozen=True):
    """How many films were added, changed, unchanged, and joined to films of other sources."""

    added: int
    changed: int
    unchanged: int
    joined: int = 0


class Batch(msgspec.Struct, frozen=True):
    """What an import did. `id` is None if it changed nothing, so that there is nothing to undo.

    `joined` counts the joined records by the rule that found their films (`film_matching`).
    """

    id: int | None
    changes: Changes
    joined: dict[int, int] = {}


class StagingTables(Protocol):
    """The tables that staging writes to. `kind` is genre or director."""

    def add_films(self, rows: Rows) -> None:
        """Add films, as rows of `film_columns.STAGED`."""

    def add_names(self, kind: str, rows: Rows) -> None:
        """Add names as rows of number and `import_members.NAME_COLUMNS`."""

    def add_lists(self, kind: str, rows: Rows) -> None:
        """Add entries of lists as rows of list, position from 0, and number of the name."""

    def add_ids(self, rows: Rows) -> None:
        """Add external ids as rows of position, kind and value."""

    def add_extras(self, table: str, rows: Rows) -> None:
        """Add credits, titles or countries as rows of `import_members.EXTRA_COLUMNS`."""

    def delete_films_after(self, after: int) -> None:
        """Delete the films above a position, and what belongs to them."""

    def delete_names_after(self, kind: str, after: int) -> None:
        """Delete the names above a number."""

    def finish(self) -> int:
        """Delete all but the last film of each external id. Return how many were deleted."""

    def close(self) -> None:
        """Delete the staging tables."""


class ImportTarget(Protocol):
    """The catalogue of a database, locked against other imports."""

    def has_previous_fingerprints(self, source: str) -> bool:
        """Return whether films of this source have the previous version of the fingerprint."""

    def create_staging_tables(self) -> StagingTables:
        """Create empty staging tables."""

    def store(
        self,
        source: str,
        rules: ImportRules,
        on_stored: OnStored,
        before_commit: BeforeCommit,
    ) -> Batch:
        """Store the staged films and call `before_commit`, in one transaction.

        Films keep their ids, unchanged films are not written, and films that are not staged stay.
        Records of films that other sources have are joined to them.

        Raises:
            TitlesChanged: most known films would get other titles.
        """

    def optimize(self) -> None:
        """Update the statistics of the database, and free space, after many changes."""


def films_per_slice(films: int, extras: int) -> int:
    """Return how many films to store at a time, given how many credits, titles … all have."""
    return max(1, min(SLICE, SLICE_ROWS * films // max(1, films + extras)))


def import_session(reader: Reader) -> ImportSession:
    """Return the session of an import, for work before its commit."""
    if reader.engine == "postgresql":
        from kinoteka.database.engines.postgresql.imports.session import PostgreSQLImportSession

        return PostgreSQLImportSession(reader.connection)
    from kinoteka.database.engines.sqlite.imports.session import SQLiteImportSession

    return SQLiteImportSession(reader.connection)


@contextmanager
def open_import_target(settings: Settings) -> Iterator[ImportTarget]:
    """Open the catalogue of these settings for an import.

    Raises:
        AlreadyRunning: another import is running.
        BulkFailed: for example, the database cannot be reached or the disk is full.
    """
    if settings.database_url:
        from kinoteka.database.engines.postgresql.imports.store import postgresql_import_target

        with postgresql_import_target(settings) as target:
            yield target
    else:
        from kinoteka.database.engines.sqlite.imports.store import sqlite_import_target

        with sqlite_import_target(database_path(settings)) as target:
            yield target
