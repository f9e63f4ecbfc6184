"""Staging: store what an import reads in temporary tables until all files are read.

Reading a million films takes about a minute, and other writers of the catalogue must not wait for
that long. Films are therefore validated and written to staging tables first, which are deleted
afterwards. `ImportTarget.store` moves the films into the catalogue in one transaction.
"""

from collections.abc import Iterable, Iterator
from operator import attrgetter
from types import TracebackType
from typing import Any, NamedTuple

from kinoteka.core.imports.fingerprints import fingerprint, previous_fingerprint
from kinoteka.core.imports.names import UNKNOWN, name_key, sort_key
from kinoteka.core.imports.record import FilmRecord
from kinoteka.database import film_columns
from kinoteka.database.import_target import StagingTables
from kinoteka.database.member_tables import MEMBER_TABLES

BATCH = 5_000
MAX_CACHED_LISTS = 200_000
"""How many lists of names have their numbers cached in memory, at about 250 bytes each."""

Names = tuple[str, ...]


class Savepoint(NamedTuple):
    """The last film's position, and the last numbers of genres and directors."""

    position: int
    genre: int
    director: int


class Staging:
    """Adds films to the staging tables one by one, in constant memory."""

    def __init__(self, tables: StagingTables) -> None:
        self._tables = tables
        self._genres = _NameLists(tables, "genre")
        self._directors = _NameLists(tables, "director")
        self._batch: list[FilmRecord] = []
        self._last_position = 0

    def __enter__(self) -> "Staging":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._tables.close()

    def add(self, film: FilmRecord) -> None:
        """Add a film."""
        self._batch.append(film)
        self._last_position += 1
        if len(self._batch) == BATCH:
            self._write()

    def savepoint(self) -> Savepoint:
        """Return the current state for `roll_back_to`."""
        self._write()
        return Savepoint(self._last_position, self._genres.last_name, self._directors.last_name)

    def roll_back_to(self, savepoint: Savepoint) -> None:
        """Delete everything that was added after the savepoint."""
        self._batch.clear()
        self._tables.delete_films_after(savepoint.position)
        self._genres.roll_back_to(savepoint.genre)
        self._directors.roll_back_to(savepoint.director)

    def finish(self) -> int:
        """Write the last batch, and delete all but the last film of each external id.

        Return how many films were deleted.
        """
        self._write()
        self._genres.clear()
        self._directors.clear()
        return self._tables.finish()

    def _write(self) -> None:
        batch, self._batch = self._batch, []
        if not batch:
            return
        genres = self._genres.numbers([film.genres for film in batch])
        directors = self._directors.numbers([film.directors for film in batch])
        positions = range(self._last_position - len(batch) + 1, self._last_position + 1)
        self._tables.add_films(map(_row, positions, batch, genres, directors))
        self._tables.add_ids(_ids(positions, batch))


class _NameLists:
    """Numbers of staged lists of names.

    A name whose number is no longer cached is staged again. Storing merges the duplicates.
    """

    def __init__(self, tables: StagingTables, kind: str) -> None:
        self._tables = tables
        self._kind = kind
        self._numbers: dict[Names, int] = {}
        self._last_list = 0
        self.last_name = 0

    def numbers(self, lists: list[Names]) -> list[int]:
        """Return the number of each list. An empty list contains only `UNKNOWN`."""
        known = self._numbers
        new = dict.fromkeys(names for names in lists if names not in known)
        if len(known) + len(new) > MAX_CACHED_LISTS:
            known.clear()
            new = dict.fromkeys(lists)
        if new:
            self._stage(new)
        return [known[names] for names in lists]

    def roll_back_to(self, number: int) -> None:
        """Delete the names with higher numbers."""
        self._numbers.clear()
        self._tables.delete_names_after(self._kind, number)

    def clear(self) -> None:
        """Release the memory of the cache."""
        self._numbers.clear()

    def _stage(self, lists: Iterable[Names]) -> None:
        new_names: dict[str, tuple[int, str]] = {}
        entries: list[tuple[int, int, int]] = []
        for names in lists:
            self._last_list += 1
            self._numbers[names] = self._last_list
            keys: dict[str, str] = {}
            for name in names or (UNKNOWN,):
                keys.setdefault(name_key(name), name)
            for position, (key, name) in enumerate(keys.items()):
                if key not in new_names:
                    self.last_name += 1
                    new_names[key] = (self.last_name, name)
                entries.append((self._last_list, position, new_names[key][0]))
        sorted_by = "sort_key" in MEMBER_TABLES[self._kind].name_columns
        rows = (
            (number, name, key, *((sort_key(name),) if sorted_by else ()))
            for key, (number, name) in new_names.items()
        )
        self._tables.add_names(self._kind, rows)
        self._tables.add_lists(self._kind, entries)


def _row(position: int, film: FilmRecord, genres: int, directors: int) -> tuple[Any, ...]:
    """Return a film as a row of `film_columns.STAGED`."""
    fingerprints = fingerprint(film), previous_fingerprint(film)
    return (position, *_of_record(film), genres, directors, *fingerprints)


def _ids(positions: Iterable[int], films: Iterable[FilmRecord]) -> Iterator[tuple[int, str, str]]:
    for position, film in zip(positions, films, strict=True):
        for kind, value in film.ids:
            yield position, kind, value


_of_record = attrgetter(*film_columns.NAMES[1:-4])  # the others are not fields of a record
