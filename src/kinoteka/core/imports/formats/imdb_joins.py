"""Compact joins of the IMDb's other files with the films of title.basics.

Arrays indexed by the rank of an id take about 25 bytes per film and 25 per director, in any order
of rows. The real files have 11 million rows of crew and 14 million names.
"""

from array import array
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter

from kinoteka.core.imports.formats import numbers, texts
from kinoteka.core.imports.formats.files import InputFile
from kinoteka.core.imports.formats.id_set import LARGEST, IdSet
from kinoteka.core.imports.record import InvalidValue, RejectedRow, RejectionReason

NULL = "\\N"
_UNRATED = 255
_row = itemgetter(1)


def rows(file: InputFile) -> Iterator[tuple[int, bytes]]:
    """Yield (line, row) of all rows after the header. Skip blank lines."""
    numbered = enumerate(file.lines(), 1)
    next(numbered, None)
    return filter(_row, numbered)


def number_in(identifier: bytes) -> int:
    """Return the number in an id like tt0133093 or nm0905154, or -1 if it has none."""
    digits = identifier[2:]
    if not digits.isdigit() or len(digits) > 9:
        return -1
    number = int(digits)
    return number if number <= LARGEST else -1


def columns_mismatch(file: InputFile, line: int, count: int, expected: int) -> RejectedRow:
    """Return a row that was rejected for the number of its columns."""
    return file.rejected_row(
        line, RejectionReason.COLUMNS_MISMATCH, f"{count} columns of {expected}"
    )


class Ratings:
    """Ratings (in tenths of a point) and votes from title.ratings, by the rank of the film."""

    def __init__(self, films: IdSet, count: int) -> None:
        self._films = films
        self._tenths = bytearray([_UNRATED]) * count
        self._votes = array("I", bytes(4 * count))

    def read(self, file: InputFile) -> Iterator[RejectedRow]:
        for line_number, line in rows(file):
            cells = line.split(b"\t")
            if len(cells) != 3:
                yield columns_mismatch(file, line_number, len(cells), 3)
                continue
            rank = self._films.rank(number_in(cells[0]))
            if rank < 0:
                continue
            try:
                tenths, votes = _tenths(cells[1]), _votes(cells[2])
            except InvalidValue as error:
                yield file.rejected_row(line_number, error.reason, error.detail)
            else:
                self._tenths[rank] = tenths
                self._votes[rank] = votes
        yield from file.failure()

    def of(self, rank: int) -> tuple[float | None, int]:
        tenths = self._tenths[rank]
        return None if tenths == _UNRATED else tenths / 10, self._votes[rank]


@lru_cache(maxsize=1024)
def _tenths(written: bytes) -> int:
    rating = numbers.rating_of(written[:40].decode(errors="replace"))
    return _UNRATED if rating is None else round(rating * 10)


def _votes(written: bytes) -> int:
    written = written[:40]
    return numbers.votes_of(int(written) if written.isdigit() else written.decode(errors="replace"))


class Directors:
    """Directors from title.crew (by the rank of the film) and name.basics (by their rank)."""

    def __init__(self, films: IdSet, count: int) -> None:
        self._films = films
        self._people = IdSet()
        self._starts = array("I", bytes(4 * count))
        # For each film the number of its directors, then their ids. Index 0 means no directors.
        self._crew = array("I", [0])
        self._name_starts = array("I")
        self._name_ends = array("I")
        self._names = bytearray()

    def read_crew(self, file: InputFile) -> Iterator[RejectedRow]:
        for line_number, line in rows(file):
            cells = line.split(b"\t", 2)
            if len(cells) != 3:
                yield columns_mismatch(file, line_number, len(cells), 3)
                continue
            if cells[1] == NULL.encode():
                continue
            rank = self._films.rank(number_in(cells[0]))
            if rank < 0:
                continue
            ids = [number_in(identifier) for identifier in cells[1].split(b",")]
            if min(ids) < 0:
                yield file.rejected_row(line_number, RejectionReason.ID_INVALID, "directors")
                continue
            for number in ids:
                self._people.add(number)
            self._starts[rank] = len(self._crew)
            self._crew.append(len(ids))
            self._crew.extend(ids)
        yield from file.failure()

    def read_names(self, file: InputFile) -> Iterator[RejectedRow]:
        count = self._people.freeze()
        rank_of = self._people.rank
        self._name_starts = array("I", bytes(4 * count))
        self._name_ends = array("I", bytes(4 * count))
        for line_number, line in rows(file):
            cells = line.split(b"\t", 2)
            if len(cells) < 2:
                yield columns_mismatch(file, line_number, len(cells), 2)
                continue
            rank = rank_of(number_in(cells[0]))
            if rank < 0:
                continue
            try:
                name = texts.text_of(cells[1].decode(), "primaryName", texts.NAME_LIMIT)
            except InvalidValue as error:
                yield file.rejected_row(line_number, error.reason, error.detail)
            except UnicodeDecodeError:
                yield file.rejected_row(
                    line_number, RejectionReason.ENCODING_INVALID, "primaryName"
                )
            else:
                self._store_name(rank, "" if name == NULL else name)
        yield from file.failure()

    def of(self, rank: int) -> tuple[str, ...]:
        """Return the names of the film's directors. Omit directors without a name."""
        start = self._starts[rank]
        count = self._crew[start]
        if not count:
            return ()
        if count == 1:
            name = self.name(self._crew[start + 1])
            return (name,) if name else ()
        names = map(self.name, self._crew[start + 1 : start + 1 + count])
        return tuple(dict.fromkeys(name for name in names if name))

    def add_person(self, number: int) -> None:
        """Note a person whose name is needed. Call it before `read_names`."""
        self._people.add(number)

    def name(self, number: int) -> str:
        """Return the name of a person, or "" if it is unknown."""
        rank = self._people.rank(number)
        if rank < 0:
            return ""
        return self._names[self._name_starts[rank] : self._name_ends[rank]].decode()

    def _store_name(self, rank: int, name: str) -> None:
        self._name_starts[rank] = len(self._names)
        self._names += name.encode()
        self._name_ends[rank] = len(self._names)
