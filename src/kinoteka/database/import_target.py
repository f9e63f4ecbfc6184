"""Where an import goes: what each engine does of it.

Public operations: open_import_target.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import msgspec

from kinoteka.database.engines import database_path
from kinoteka.database.interface import Reader
from kinoteka.infrastructure.settings import Settings

SLICE = 20_000
"""Films that are stored in one go."""

OnStored = Callable[[int, int], None]
"""Is told how many of all films have been stored, again and again."""
Recount = Callable[[Reader], None]
"""Counts the films of every genre and director, in the transaction that stores films."""
BeforeCommit = Callable[[Reader], None]
"""What else belongs to the transaction that stores films."""
Rows = Iterable[Sequence[Any]]


class Changes(msgspec.Struct, frozen=True):
    """How many films were new, other than before, and the same."""

    added: int
    changed: int
    unchanged: int


class StagingTables(Protocol):
    """What staging writes into; `kind` is genre or director."""

    def add_films(self, rows: Rows) -> None:
        """Add films, as rows of `film_columns.STAGED`."""

    def add_names(self, kind: str, rows: Rows) -> None:
        """Add names: number, name, key."""

    def add_lists(self, kind: str, rows: Rows) -> None:
        """Add places of lists: list, place from 0, number of the name."""

    def delete_films_after(self, after: int) -> None:
        """Drop the films above a position."""

    def delete_names_after(self, kind: str, after: int) -> None:
        """Drop the names above a number."""

    def finish(self) -> int:
        """Of films that share an id, keep the last one; how many had to go for that."""

    def close(self) -> None:
        """Throw everything away."""


class ImportTarget(Protocol):
    """A catalogue that no other import writes into."""

    def create_staging_tables(self) -> StagingTables:
        """New tables to stage films in."""

    def store(
        self,
        source: str,
        labels: Sequence[str],
        on_stored: OnStored,
        recount: Recount,
        before_commit: BeforeCommit,
    ) -> Changes:
        """Store what is staged and do what else belongs to it, in one transaction.

        `labels` are those that the operator's rules name. Films of the source keep their ids;
        those that are the same are not touched. Films that are not staged stay.
        """

    def optimize(self) -> None:
        """Leave the database as it should be after many changes."""


@contextmanager
def open_import_target(settings: Settings) -> Iterator[ImportTarget]:
    """The catalogue that the settings name.

    Raises:
        AlreadyRunning: another import is running.
        BulkFailed: the database is away, the disk is full, or the like.
    """
    if settings.database_url:
        from kinoteka.database.engines.postgresql.imports.store import postgresql_import_target

        with postgresql_import_target(settings) as target:
            yield target
    else:
        from kinoteka.database.engines.sqlite.imports.store import sqlite_import_target

        with sqlite_import_target(database_path(settings)) as target:
            yield target
