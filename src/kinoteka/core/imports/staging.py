"""Staging: what an import has read, kept beside the catalogue until all of it is known.

Reading a million films takes a while, and the catalogue's one writer must not be held for so
long. So films are first checked and laid out in a database file of their own, which is thrown
away in the end; `store` then moves them in one transaction.
"""

import sqlite3
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import msgspec

from kinoteka.core.imports import queries
from kinoteka.core.imports.names import UNKNOWN, name_key
from kinoteka.core.imports.record import FilmRecord
from kinoteka.storage.bulk import let_interrupt

BATCH = 5_000
MOST_KEPT_NAMES = 300_000
"""Names whose numbers are kept in memory, about 150 bytes each."""


class Mark(NamedTuple):
    """The last film's position, and the last numbers of genres and directors."""

    position: int
    genre: int
    director: int


class Staging:
    """A file that films are added to, one by one, in constant memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.unlink(missing_ok=True)  # what a killed import has left behind
        self._connection = sqlite3.connect(path, isolation_level=None)
        let_interrupt(self._connection)
        self._connection.executescript(queries.CREATE_STAGING)
        self._connection.execute("BEGIN")
        self._genres = _Names(self._connection, "genres")
        self._directors = _Names(self._connection, "directors")
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
        self._connection.close()
        self.path.unlink(missing_ok=True)

    def add(self, film: FilmRecord) -> None:
        """Add a film."""
        self._batch.append(film)
        self._last_position += 1
        if len(self._batch) == BATCH:
            self._write()

    def mark(self) -> Mark:
        """Where the staging stands now, for `back_to`."""
        self._write()
        return Mark(self._last_position, self._genres.last(), self._directors.last())

    def back_to(self, mark: Mark) -> None:
        """Drop everything that was added after the mark was taken."""
        self._batch.clear()
        self._connection.execute(queries.FORGET_FILMS, (mark.position,))
        self._genres.forget_after(mark.genre)
        self._directors.forget_after(mark.director)

    def finish(self) -> int:
        """Write what is left; of films that share an id, the last one stays.

        Returns how many had to go for that.
        """
        self._write()
        self._connection.execute(queries.INDEX_STAGED_IDS)
        repeated = self._connection.execute(queries.DELETE_REPEATED).rowcount
        self._connection.execute("COMMIT")
        self._connection.close()
        self._genres.forget()
        self._directors.forget()
        return repeated

    def _write(self) -> None:
        batch, self._batch = self._batch, []
        self._genres.learn(name for film in batch for name in film.genres)
        self._directors.learn(name for film in batch for name in film.directors)
        films: list[tuple[Any, ...]] = []
        genres: list[tuple[int, int, int]] = []
        directors: list[tuple[int, int, int]] = []
        for position, film in enumerate(batch, self._last_position - len(batch) + 1):
            genre_numbers = self._genres.numbers(film.genres)
            director_numbers = self._directors.numbers(film.directors)
            films.append(_row(position, film, genre_numbers[0], director_numbers[0]))
            for place, number in enumerate(genre_numbers):
                genres.append((position, place, number))
            for place, number in enumerate(director_numbers):
                directors.append((position, place, number))
        self._connection.executemany(queries.STAGE_FILM, films)
        self._connection.executemany(queries.STAGE_GENRE, genres)
        self._connection.executemany(queries.STAGE_DIRECTOR, directors)


class _Names:
    """The numbers of names; spellings that share a key share a number."""

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        self._connection = connection
        self._table = table
        self._stage = queries.stage_name(table)
        self._find = queries.staged_numbers(table)
        self._numbers: dict[str, int] = {}
        self.learn([UNKNOWN])
        self._unknown = self.numbers((UNKNOWN,))

    def learn(self, names: Iterable[str]) -> None:
        """Have these names' numbers at hand."""
        wanted = set(names)
        missing = wanted - self._numbers.keys()
        if len(self._numbers) + len(missing) > MOST_KEPT_NAMES:
            self._numbers.clear()
            missing = wanted
        if not missing:
            return
        keys = {name: name_key(name) for name in sorted(missing)}
        self._connection.executemany(self._stage, keys.items())
        written = msgspec.json.encode(list(keys.values())).decode()
        by_key = dict(self._connection.execute(self._find, (written,)))
        self._numbers.update((name, by_key[key]) for name, key in keys.items())

    def numbers(self, names: tuple[str, ...]) -> tuple[int, ...]:
        """The numbers of names that were learnt, each once; that of the unknown for none."""
        if len(names) == 1:
            return (self._numbers[names[0]],)
        if not names:
            return self._unknown
        return tuple(dict.fromkeys(self._numbers[name] for name in names))

    def last(self) -> int:
        """The newest name's number."""
        row = self._connection.execute(queries.last_number(self._table)).fetchone()
        return int(row[0])

    def forget_after(self, number: int) -> None:
        """Drop the names that are newer than this one."""
        self._numbers.clear()
        self._connection.execute(queries.forget_names(self._table), (number,))

    def forget(self) -> None:
        """Give the memory back."""
        self._numbers.clear()


def fingerprint(film: FilmRecord) -> int:
    """64 bits that tell a changed film from an unchanged one; the label is not part of it.

    Two versions of a film share them by chance once in 2⁶⁴.
    """
    if film.label is not None:
        film = msgspec.structs.replace(film, label=None)
    digest = blake2b(msgspec.msgpack.encode(film), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def _row(position: int, film: FilmRecord, genre: int, director: int) -> tuple[Any, ...]:
    return (
        position,
        film.external_id,
        film.title,
        film.original_title,
        film.description,
        film.trailer,
        film.poster,
        film.year,
        film.rating,
        film.votes,
        film.label,
        genre,
        director,
        fingerprint(film),
    )
