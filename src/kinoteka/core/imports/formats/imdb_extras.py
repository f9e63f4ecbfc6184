"""Titles and credits of the IMDb's films: title.akas and title.principals.

The files are larger than memory (50 and 90 million rows). They have the order of title.basics, so
the rows of a film are read when the film is: only one group of rows is in memory. A file in another
order is reported at its end.
"""

from collections.abc import Iterator

import msgspec

from kinoteka.core.imports.formats import texts, values
from kinoteka.core.imports.formats.files import InputFile
from kinoteka.core.imports.formats.film_rows import MAX_CREDITS, MAX_TITLES
from kinoteka.core.imports.formats.id_set import IdSet
from kinoteka.core.imports.formats.imdb_joins import Directors, columns_mismatch, number_in, rows
from kinoteka.core.imports.record import Credit, InvalidValue, RejectedRow, RejectionReason

Cells = list[bytes]
Titles = tuple[tuple[str, str, str], ...]

AKAS_COLUMNS = (
    *("titleId", "ordering", "title", "region", "language", "types", "attributes"),
    "isOriginalTitle",
)
PRINCIPALS_COLUMNS = ("tconst", "ordering", "nconst", "category", "job", "characters")
PREFERRED_LANGUAGES = frozenset({"en", "ru"})
"""The languages of the site: their titles are stored even if a film has many titles."""
LANGUAGE_OF_REGION = {
    b"US": "en",
    b"GB": "en",
    b"AU": "en",
    b"RU": "ru",
    b"SUHH": "ru",
    b"UA": "uk",
    b"FR": "fr",
    b"DE": "de",
    b"XWG": "de",
    b"DDDE": "de",
    b"AT": "de",
    b"ES": "es",
    b"MX": "es",
    b"AR": "es",
    b"IT": "it",
    b"PT": "pt",
    b"BR": "pt",
    b"PL": "pl",
    b"CZ": "cs",
    b"CSHH": "cs",
    b"SE": "sv",
    b"FI": "fi",
    b"DK": "da",
    b"NO": "no",
    b"NL": "nl",
    b"HU": "hu",
    b"RO": "ro",
    b"BG": "bg",
    b"GR": "el",
    b"TR": "tr",
    b"JP": "ja",
    b"KR": "ko",
    b"CN": "zh",
    b"TW": "zh",
    b"HK": "zh",
    b"TH": "th",
    b"IL": "he",
    b"IR": "fa",
    b"EG": "ar",
    b"VN": "vi",
    b"LT": "lt",
    b"RS": "sr",
}
"""The language of a title that names only its region; others stay without a language."""
DEPARTMENTS = {
    b"director": "directing",
    b"writer": "writing",
    b"actor": "acting",
    b"actress": "acting",
    b"self": "acting",
    b"producer": "production",
    b"cinematographer": "camera",
    b"composer": "music",
    b"editor": "editing",
}

_NULL = b"\\N"
_LONGEST_GROUP = 1000
MAX_CACHED_ROLES = 10_000


class Groups:
    """The rows of a file by film, in the order of the file. `rejected` has its invalid rows."""

    def __init__(self, file: InputFile, films: IdSet, columns: int) -> None:
        self._file = file
        self._films = films
        self._columns = columns
        self.rejected: list[RejectedRow] = []
        self._groups = self._read()
        self._next = next(self._groups, None)

    def take(self, number: int) -> list[Cells]:
        """Return the rows of the next film if it has this id."""
        if self._next is None or self._next[0] != number:
            return []
        found = self._next[1]
        self._next = next(self._groups, None)
        return found

    def finish(self) -> Iterator[RejectedRow]:
        """Yield the invalid rows, and report rows that were not taken."""
        if self._next is not None:
            detail = f"tt{self._next[0]:07} is not in the order of title.basics"
            self.rejected.append(self._file.rejected_row(1, RejectionReason.ORDER_INVALID, detail))
            for _ in self._groups:  # so that the progress is complete
                pass
        yield from self.rejected
        yield from self._file.failure()

    def reject(self, error: InvalidValue) -> None:
        """Note an invalid value of the rows that were taken."""
        self.rejected.append(self._file.rejected_row(1, error.reason, error.detail))

    def _read(self) -> Iterator[tuple[int, list[Cells]]]:
        columns, rank_of = self._columns, self._films.rank
        current, number, is_wanted = b"", -1, False
        group: list[Cells] = []
        for line_number, line in rows(self._file):
            cells = line.split(b"\t")
            if len(cells) != columns:
                row = columns_mismatch(self._file, line_number, len(cells), columns)
                self.rejected.append(row)
                continue
            if cells[0] != current:
                if group:
                    yield number, group
                    group = []
                current = cells[0]
                number = number_in(current)
                is_wanted = rank_of(number) >= 0
            if is_wanted and len(group) < _LONGEST_GROUP:
                group.append(cells)
        if group:
            yield number, group


def titles_of(akas: list[Cells]) -> Titles:
    """Return at most MAX_TITLES titles: the original one, those of the site, then the others."""
    found: dict[tuple[str, str], str] = {}
    for cells in akas:
        title = texts.text_of(cells[2].decode(errors="replace"), "title", values.TITLE_LIMIT)
        language = _language(cells)
        if title and cells[2] != _NULL:
            kind = "original" if cells[7] == b"1" else "translation" if language else "alternative"
            found.setdefault((language, title), kind)
    titles = [(language, kind, title) for (language, title), kind in found.items()]
    if len(titles) > MAX_TITLES:
        titles.sort(key=lambda each: (each[1] != "original", each[0] not in PREFERRED_LANGUAGES))
    return tuple(titles[:MAX_TITLES])


def credits_of(principals: list[Cells], people: Directors) -> tuple[Credit, ...]:
    """Return at most MAX_CREDITS credits, without people who have no name."""
    found = []
    for _, _, person, category, job, characters in principals[:MAX_CREDITS]:
        name = people.name(number_in(person))
        if name:
            department = DEPARTMENTS.get(category, "crew")
            role = _CHARACTERS[characters] if department == "acting" else _JOBS[job]
            found.append(Credit(department, name, role, (("imdb", person.decode()),)))
    return tuple(found)


def add_people(file: InputFile, films: IdSet, people: Directors) -> None:
    """Note the people whose names are needed. The last pass rejects invalid rows."""
    current, count, is_wanted = b"", 0, False
    for lines in file.line_lists():
        for line in lines:
            cells = line.split(b"\t", 3)
            if len(cells) < 4:
                continue
            if cells[0] != current:
                current, count = cells[0], 0
                is_wanted = films.rank(number_in(current)) >= 0
            count += 1
            if is_wanted and count <= MAX_CREDITS:
                number = number_in(cells[2])
                if number >= 0:
                    people.add_person(number)


def _language(cells: Cells) -> str:
    if cells[4] != _NULL and len(cells[4]) in (2, 3):
        return cells[4].decode(errors="replace")
    return "" if cells[7] == b"1" else LANGUAGE_OF_REGION.get(cells[3], "")


class _Characters(dict[bytes, str]):
    """The characters of each cell. Many people play themselves, or nobody with a name."""

    def __missing__(self, cell: bytes) -> str:
        try:
            names = msgspec.json.decode(cell, type=list[str])
        except (msgspec.DecodeError, UnicodeDecodeError):
            names = []
        return _cached(self, cell, _role(", ".join(names)))


class _Jobs(dict[bytes, str]):
    """The job of each cell."""

    def __missing__(self, cell: bytes) -> str:
        role = "" if cell == _NULL else _role(cell.decode(errors="replace"))
        return _cached(self, cell, role)


def _cached(roles: dict[bytes, str], cell: bytes, role: str) -> str:
    if len(roles) >= MAX_CACHED_ROLES:
        roles.clear()
    roles[cell] = role
    return role


def _role(text: str) -> str:
    return texts.text_of(text, "role", texts.DESCRIPTION_LIMIT)[: texts.NAME_LIMIT]


_CHARACTERS = _Characters()
_JOBS = _Jobs()
