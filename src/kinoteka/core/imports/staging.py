"""Staging: store what an import reads in temporary tables until all files are read.

Reading a million films takes about a minute, and other writers of the catalogue must not wait for
that long. Films are therefore validated and written to staging tables first, which are deleted
afterwards. `ImportTarget.store` moves the films into the catalogue in one transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from types import TracebackType
from typing import Any, NamedTuple

from kinoteka.core.imports.fingerprints import fingerprint, previous_fingerprint
from kinoteka.core.imports.members import (
    MEMBER_KEYS,
    NAME_ROWS,
    UNKNOWN_MEMBER,
    Person,
    directors_of,
    extra_rows,
)
from kinoteka.core.imports.record import FilmRecord
from kinoteka.database import film_columns
from kinoteka.database.import_target import StagingTables

BATCH = 1_000
MAX_CACHED_LISTS = 200_000
"""How many lists of names have their numbers cached in memory, at about 250 bytes each."""

MAX_CACHED_PEOPLE = 150_000
"""How many people have their numbers cached in memory, at about 300 bytes each."""

Member = str | Person
Members = tuple[Member, ...]


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
        self._genres.clear()
        self._directors.clear()
        return self._tables.finish()

    def _write(self) -> None:
        batch, self._batch = self._batch, []
        if not batch:
            return
        genres = self._genres.numbers([film.genres for film in batch])
        directors = self._directors.numbers([directors_of(film) for film in batch])
        positions = range(self._last_position - len(batch) + 1, self._last_position + 1)
        self._tables.add_films(map(_row, positions, batch, genres, directors))
        self._tables.add_ids(_ids(positions, batch))
        for table, rows in extra_rows(positions, batch, self._directors.names.number).items():
            self._tables.add_extras(table, rows)
        self._directors.names.write()


class _Names:
    """Numbers of staged genres or people.

    A name whose number is no longer cached is staged again. Storing merges the duplicates.
    """

    def __init__(self, tables: StagingTables, kind: str) -> None:
        self.last = 0
        self._tables = tables
        self._kind = kind
        self._numbers: dict[Member, int] = {}
        self._new: list[tuple[Any, ...]] = []

    def number(self, member: Member) -> int:
        """Return the number of a genre or person."""
        number = self._numbers.get(member)
        if number is None:
            self.last += 1
            number = self._numbers[member] = self.last
            self._new.append((number, *NAME_ROWS[self._kind](member)))
        return number

    def write(self) -> None:
        """Stage the new names."""
        new, self._new = self._new, []
        if new:
            self._tables.add_names(self._kind, new)
        if len(self._numbers) > MAX_CACHED_PEOPLE:
            self._numbers.clear()

    def roll_back_to(self, number: int) -> None:
        """Delete the names with higher numbers."""
        self.clear()
        self._tables.delete_names_after(self._kind, number)

    def clear(self) -> None:
        """Release the memory of the cache."""
        self._numbers.clear()


class _NameLists:
    """Numbers of staged lists of genres or directors."""

    def __init__(self, tables: StagingTables, kind: str) -> None:
        self.names = _Names(tables, kind)
        self._tables = tables
        self._kind = kind
        self._numbers: dict[Members, int] = {}
        self._last_list = 0

    def numbers(self, lists: Sequence[Members]) -> list[int]:
        """Return the number of each list. An empty list contains only `UNKNOWN`."""
        known = self._numbers
        new = dict.fromkeys(members for members in lists if members not in known)
        if len(known) + len(new) > MAX_CACHED_LISTS:
            known.clear()
            new = dict.fromkeys(lists)
        if new:
            self._stage(new)
        return [known[members] for members in lists]

    def roll_back_to(self, number: int) -> None:
        """Delete the names with higher numbers."""
        self._numbers.clear()
        self.names.roll_back_to(number)

    def clear(self) -> None:
        """Release the memory of the cache."""
        self._numbers.clear()
        self.names.clear()

    def _stage(self, lists: Iterable[Members]) -> None:
        entries: list[tuple[int, int, int]] = []
        for members in lists:
            self._last_list += 1
            self._numbers[members] = self._last_list
            unique: dict[object, Member] = {}
            for member in members or UNKNOWN_MEMBER[self._kind]:
                unique.setdefault(MEMBER_KEYS[self._kind](member), member)
            for position, member in enumerate(unique.values()):
                entries.append((self._last_list, position, self.names.number(member)))
        self.names.write()
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
