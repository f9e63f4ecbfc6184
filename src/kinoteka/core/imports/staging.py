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
from kinoteka.core.imports.members import (
    MEMBER_KEYS,
    NAME_ROWS,
    UNKNOWN_MEMBER,
    Member,
    directors_of,
    extra_rows,
)
from kinoteka.core.imports.number_cache import NumberCache
from kinoteka.core.imports.record import FilmRecord
from kinoteka.database import film_columns
from kinoteka.database.import_target import StagingTables

BATCH = 500
"""How many films are in memory at a time."""
CACHED_NAMES = 2**21
"""How many genres, or people, have their numbers cached at most, at 12 bytes each."""
CACHED_LISTS = 2**19
"""How many lists of genres, or of directors, have their numbers cached at most."""


class Savepoint(NamedTuple):
    """The last film's position, and the last numbers of genres and directors."""

    position: int
    genre: int
    director: int


class Staging:
    """Adds films to the staging tables one by one, in constant memory.

    The previous version of the fingerprints is computed only if `has_previous` is set.
    """

    def __init__(self, tables: StagingTables, *, has_previous: bool = True) -> None:
        self._tables = tables
        self._has_previous = has_previous
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
        last_names = (each.names.last for each in (self._genres, self._directors))
        return Savepoint(self._last_position, *last_names)

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
        del self._genres, self._directors  # to release the memory of their caches
        return self._tables.finish()

    def _write(self) -> None:
        batch, self._batch = self._batch, []
        if not batch:
            return
        positions = range(self._last_position - len(batch) + 1, self._last_position + 1)
        self._tables.add_films(map(self._row, positions, batch))
        self._tables.add_ids(_ids(positions, batch))
        for table, rows in extra_rows(positions, batch, self._directors.names.number).items():
            self._tables.add_extras(table, rows)
        self._genres.write()
        self._directors.write()

    def _row(self, position: int, film: FilmRecord) -> tuple[Any, ...]:
        """Return a film as a row of `film_columns.STAGED`."""
        return (
            position,
            *_of_record(film),
            self._genres.number(film.genres),
            self._directors.number(directors_of(film)),
            fingerprint(film),
            previous_fingerprint(film) if self._has_previous else 0,
        )


class _Names:
    """Numbers of staged genres or people.

    A name whose number is no longer cached is staged again. Storing merges the duplicates.
    """

    def __init__(self, tables: StagingTables, kind: str) -> None:
        self.last = 0
        self._tables = tables
        self._kind = kind
        self._cache = NumberCache(CACHED_NAMES)
        self._new: list[tuple[Any, ...]] = []

    def number(self, member: Member) -> int:
        """Return the number of a genre or person."""
        number = self._cache.get(member)
        if not number:
            number = self.last = self.last + 1
            self._cache.set(member, number)
            self._new.append((number, *NAME_ROWS[self._kind](member)))
        return number

    def write(self) -> None:
        """Stage the new names."""
        if self._new:
            self._tables.add_names(self._kind, self._new)
            self._new.clear()

    def roll_back_to(self, number: int) -> None:
        """Delete the names with higher numbers."""
        self._cache = NumberCache(CACHED_NAMES)
        self._tables.delete_names_after(self._kind, number)


class _NameLists:
    """Numbers of staged lists of genres or directors.

    A list whose number is no longer cached is staged again.
    """

    def __init__(self, tables: StagingTables, kind: str) -> None:
        self.names = _Names(tables, kind)
        self._tables = tables
        self._kind = kind
        self._cache = NumberCache(CACHED_LISTS)
        self._last = 0
        self._new: list[tuple[int, int, int]] = []

    def number(self, members: tuple[Member, ...]) -> int:
        """Return the number of a list. An empty list contains only `UNKNOWN`."""
        number = self._cache.get(members)
        if not number:
            number = self._last = self._last + 1
            self._cache.set(members, number)
            unique = _unique(self._kind, members or UNKNOWN_MEMBER[self._kind])
            names = map(self.names.number, unique)
            self._new += ((number, place, name) for place, name in enumerate(names))
        return number

    def write(self) -> None:
        """Stage the new lists and names."""
        self.names.write()
        if self._new:
            self._tables.add_lists(self._kind, self._new)
            self._new.clear()

    def roll_back_to(self, number: int) -> None:
        """Delete the names with higher numbers."""
        self._cache = NumberCache(CACHED_LISTS)
        self.names.roll_back_to(number)


def _unique(kind: str, members: tuple[Member, ...]) -> Iterable[Member]:
    """Return the members without further spellings of the same one."""
    if len(members) == 1:
        return members
    unique: dict[object, Member] = {}
    for member in members:
        unique.setdefault(MEMBER_KEYS[kind](member), member)
    return unique.values()


def _ids(positions: Iterable[int], films: Iterable[FilmRecord]) -> Iterator[tuple[int, str, str]]:
    for position, film in zip(positions, films, strict=True):
        for kind, value in film.ids:
            yield position, kind, value


_of_record = attrgetter(*film_columns.NAMES[1:-4])  # the others are not fields of a record
