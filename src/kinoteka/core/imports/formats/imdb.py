r"""The IMDb non-commercial datasets: tab-separated, `\N` for null, without quoting.

Layout: https://developer.imdb.com/non-commercial-datasets/. The real files are large (11
million titles, 14 million names), so the joins use arrays indexed by the rank of an id among the
films (or directors) that are imported. That takes about 25 bytes per film, in any order of rows.
title.basics is read twice: first for the ids of the films, and at the end for the films.
"""

from collections.abc import Iterator, Sequence

from kinoteka.core.imports.formats import values
from kinoteka.core.imports.formats.files import RECORD_LIMIT, InputFile, bytes_on_disk
from kinoteka.core.imports.formats.id_set import IdSet
from kinoteka.core.imports.formats.imdb_extras import (
    AKAS_COLUMNS,
    PRINCIPALS_COLUMNS,
    Groups,
    Titles,
    add_people,
    credits_of,
    titles_of,
)
from kinoteka.core.imports.formats.imdb_joins import (
    NULL,
    Directors,
    Ratings,
    columns_mismatch,
    number_in,
    rows,
)
from kinoteka.core.imports.formats.recognition import Role, Table, recognise
from kinoteka.core.imports.readers import InputPath, Progress, ReadOptions, Record
from kinoteka.core.imports.record import (
    Credit,
    FilmRecord,
    FormatCode,
    FormatError,
    InvalidValue,
    RejectedRow,
    RejectionReason,
)

BASICS, CREW, RATINGS, NAMES = "title.basics", "title.crew", "title.ratings", "name.basics"
AKAS, PRINCIPALS = "title.akas", "title.principals"
ROLES = (
    Role(BASICS, frozenset({"tconst", "titleType", "primaryTitle"}), needed=True),
    Role(CREW, frozenset({"tconst", "directors"})),
    Role(RATINGS, frozenset({"tconst", "averageRating"})),
    Role(NAMES, frozenset({"nconst", "primaryName"})),
    Role(AKAS, frozenset({"titleId", "ordering"})),
    Role("title.episode", frozenset({"tconst", "parentTconst"}), used=False),
    Role(PRINCIPALS, frozenset({"tconst", "ordering", "nconst"})),
)
LAYOUTS = {
    BASICS: (
        "tconst",
        "titleType",
        "primaryTitle",
        "originalTitle",
        "isAdult",
        "startYear",
        "endYear",
        "runtimeMinutes",
        "genres",
    ),
    CREW: ("tconst", "directors", "writers"),
    RATINGS: ("tconst", "averageRating", "numVotes"),
    NAMES: ("nconst", "primaryName"),
    AKAS: AKAS_COLUMNS,
    PRINCIPALS: PRINCIPALS_COLUMNS,
}
COLUMNS = LAYOUTS[BASICS]
NO_LISTS: tuple[Titles, tuple[Credit, ...]] = (), ()
TITLE_TYPES = frozenset(
    {
        "movie",
        "short",
        "tvEpisode",
        "tvMiniSeries",
        "tvMovie",
        "tvPilot",
        "tvSeries",
        "tvShort",
        "tvSpecial",
        "video",
        "videoGame",
    }
)


def read(files: Sequence[InputPath], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    """Read title.basics and, if present, the other files.

    Directors need title.crew and name.basics, credits need title.principals and name.basics. One
    without the other is ignored.
    """
    tables = recognise(files, ROLES, "\t", progress)
    _check_layouts(tables)
    _ignore_incomplete_people(tables, progress)
    joined = len(tables) > 1
    progress.total += bytes_on_disk([table.path for table in tables.values()])
    if joined:
        twice = [tables[role].path for role in (BASICS, PRINCIPALS) if role in tables]
        progress.total += bytes_on_disk(twice)
    return _read(tables, options, progress)


def _check_layouts(tables: dict[str, Table]) -> None:
    """Raise `FormatError` if the order of the columns differs: rows are read by position."""
    for role, table in tables.items():
        layout = LAYOUTS[role]
        if table.columns[: len(layout)] != layout:
            raise FormatError(FormatCode.COLUMN_MISSING, path=str(table.path), columns=list(layout))


def _ignore_incomplete_people(tables: dict[str, Table], progress: Progress) -> None:
    for part, others in ((CREW, {NAMES}), (PRINCIPALS, {NAMES}), (NAMES, {CREW, PRINCIPALS})):
        if part in tables and not others & {*tables}:
            progress.ignored.append(tables.pop(part).path)


class _Joins:
    """The data of films from the files beside title.basics."""

    def __init__(self, films: IdSet, count: int) -> None:
        self._films = films
        self._count = count
        self._ratings: Ratings | None = None
        self._directors: Directors | None = None
        self._has_crew = False
        self._akas: Groups | None = None
        self._principals: Groups | None = None

    def read(self, tables: dict[str, Table], progress: Progress) -> Iterator[Record]:
        """Read the other files, and yield their rejected rows."""
        if RATINGS in tables:
            self._ratings = Ratings(self._films, self._count)
            yield from self._ratings.read(InputFile(tables[RATINGS].path, progress))
        if NAMES in tables:
            people = self._directors = Directors(self._films, self._count)
            if CREW in tables:
                self._has_crew = True
                yield from people.read_crew(InputFile(tables[CREW].path, progress))
            if PRINCIPALS in tables:
                add_people(InputFile(tables[PRINCIPALS].path, progress), self._films, people)
            yield from people.read_names(InputFile(tables[NAMES].path, progress))
        if AKAS in tables:
            file = InputFile(tables[AKAS].path, progress)
            self._akas = Groups(file, self._films, len(AKAS_COLUMNS))
        if PRINCIPALS in tables:
            file = InputFile(tables[PRINCIPALS].path, progress)
            self._principals = Groups(file, self._films, len(PRINCIPALS_COLUMNS))

    @property
    def has_lists(self) -> bool:
        """Whether there are files whose rows are read together with title.basics."""
        return self._akas is not None or self._principals is not None

    def lists_of(self, number: int) -> tuple[Titles, tuple[Credit, ...]]:
        """Return the titles and credits of the next film. Call it for every film in order."""
        titles: Titles = ()
        credits_: tuple[Credit, ...] = ()
        if self._akas:
            try:
                titles = titles_of(self._akas.take(number))
            except InvalidValue as error:
                self._akas.reject(error)
        if self._principals and self._directors:
            try:
                credits_ = credits_of(self._principals.take(number), self._directors)
            except InvalidValue as error:
                self._principals.reject(error)
        return titles, credits_

    def finish(self) -> Iterator[RejectedRow]:
        """Yield the invalid rows of titles and credits."""
        for groups in (self._akas, self._principals):
            if groups:
                yield from groups.finish()

    def of(self, number: int) -> tuple[float | None, int, tuple[str, ...]]:
        """Return the rating, votes and directors of the film with this id."""
        rank = self._films.rank(number)
        if rank < 0:
            return None, 0, ()
        rating, votes = self._ratings.of(rank) if self._ratings else (None, 0)
        return rating, votes, self._directors.of(rank) if self._directors and self._has_crew else ()


def _read(tables: dict[str, Table], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    types = frozenset(title_type.encode() for title_type in options.title_types)
    films = IdSet()
    if len(tables) > 1:
        _collect_ids(InputFile(tables[BASICS].path, progress), types, films)
    joins = _Joins(films, films.freeze())
    yield from joins.read(tables, progress)
    yield from _films(InputFile(tables[BASICS].path, progress), types, joins, options, progress)
    yield from joins.finish()


def _collect_ids(file: InputFile, types: frozenset[bytes], films: IdSet) -> None:
    """Add the ids of all titles of these types. The last pass rejects invalid rows."""
    for _, line in rows(file):
        number = _number_of_film(line, types)
        if number >= 0:
            films.add(number)


def _number_of_film(line: bytes, types: frozenset[bytes]) -> int:
    """Return the number in the id of a title of these types, or -1."""
    cells = line.split(b"\t", 2)
    return number_in(cells[0]) if len(cells) == 3 and cells[1] in types else -1


def _films(
    file: InputFile,
    types: frozenset[bytes],
    joins: _Joins,
    options: ReadOptions,
    progress: Progress,
) -> Iterator[Record]:
    lists = NO_LISTS
    has_lists = joins.has_lists
    for line_number, line in rows(file):
        if has_lists:
            number = _number_of_film(line, types)
            lists = joins.lists_of(number) if number >= 0 else NO_LISTS
        tabs = line.count(b"\t")
        if len(line) > RECORD_LIMIT:
            yield file.rejected_row(
                line_number, RejectionReason.TOO_LONG, f"more than {RECORD_LIMIT} bytes"
            )
        elif tabs != len(COLUMNS) - 1:
            yield columns_mismatch(file, line_number, tabs + 1, len(COLUMNS))
        elif skipped := _reason_to_skip(line, types, options):
            progress.skipped[skipped] += 1
        else:
            try:
                yield _film(line, joins, options, lists)
            except InvalidValue as error:
                yield file.rejected_row(line_number, error.reason, error.detail)
            except UnicodeDecodeError:
                yield file.rejected_row(line_number, RejectionReason.ENCODING_INVALID, "not UTF-8")
    yield from file.failure()


def _reason_to_skip(line: bytes, types: frozenset[bytes], options: ReadOptions) -> str | None:
    _, title_type, _, _, adult, _ = line.split(b"\t", 5)
    if title_type not in types:
        kind = title_type.decode(errors="replace")
        return kind if kind in TITLE_TYPES else "other"
    return "adult" if adult == b"1" and not options.adult else None


def _film(
    line: bytes, joins: _Joins, options: ReadOptions, lists: tuple[Titles, tuple[Credit, ...]]
) -> FilmRecord:
    cells = line.decode().split("\t")
    identifier, _, title, original_title, _, year, _, runtime_minutes, genres = cells
    number = number_in(identifier.encode())
    if number < 0:
        raise InvalidValue(RejectionReason.ID_INVALID, identifier[:20])
    rating, votes, directors = joins.of(number)
    titles, credits_ = lists
    if credits_ and not directors:
        directors = tuple(each.name for each in credits_ if each.department == "directing")
    film = values.film(
        identifier,
        None if title == NULL else title,
        None if original_title == NULL else original_title,
        year,
        rating=rating,
        votes=votes,
        genres=genres,
        directors=directors,
        runtime_minutes=runtime_minutes,
        imdb_id=identifier,
        titles=titles,
        credits=credits_,
    )
    if options.labels:
        return options.labels.apply(film, dict(zip(COLUMNS, cells, strict=True)))
    return film
