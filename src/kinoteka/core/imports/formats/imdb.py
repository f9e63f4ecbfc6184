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
    FilmRecord,
    FormatCode,
    FormatError,
    InvalidValue,
    RejectionReason,
)

BASICS, CREW, RATINGS, NAMES = "title.basics", "title.crew", "title.ratings", "name.basics"
ROLES = (
    Role(BASICS, frozenset({"tconst", "titleType", "primaryTitle"}), needed=True),
    Role(CREW, frozenset({"tconst", "directors"})),
    Role(RATINGS, frozenset({"tconst", "averageRating"})),
    Role(NAMES, frozenset({"nconst", "primaryName"})),
    Role("title.akas", frozenset({"titleId", "ordering"}), used=False),
    Role("title.episode", frozenset({"tconst", "parentTconst"}), used=False),
    Role("title.principals", frozenset({"tconst", "ordering", "nconst"}), used=False),
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
}
COLUMNS = LAYOUTS[BASICS]
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
    """Read title.basics and, if present, title.ratings, and title.crew with name.basics.

    Directors need both title.crew and name.basics. One without the other is ignored.
    """
    tables = recognise(files, ROLES, "\t", progress)
    _check_layouts(tables)
    _ignore_incomplete_directors(tables, progress)
    joined = len(tables) > 1
    progress.total += bytes_on_disk([table.path for table in tables.values()])
    if joined:
        progress.total += bytes_on_disk([tables[BASICS].path])
    return _read(tables, options, progress)


def _check_layouts(tables: dict[str, Table]) -> None:
    """Raise `FormatError` if the order of the columns differs: rows are read by position."""
    for role, table in tables.items():
        layout = LAYOUTS[role]
        if table.columns[: len(layout)] != layout:
            raise FormatError(FormatCode.COLUMN_MISSING, path=str(table.path), columns=list(layout))


def _ignore_incomplete_directors(tables: dict[str, Table], progress: Progress) -> None:
    for half, other in ((CREW, NAMES), (NAMES, CREW)):
        if half in tables and other not in tables:
            progress.ignored.append(tables.pop(half).path)


class _Joins:
    """The data of films from the files beside title.basics."""

    def __init__(self, films: IdSet, count: int) -> None:
        self._films = films
        self._count = count
        self._ratings: Ratings | None = None
        self._directors: Directors | None = None

    def read(self, tables: dict[str, Table], progress: Progress) -> Iterator[Record]:
        """Read the other files, and yield their rejected rows."""
        if RATINGS in tables:
            self._ratings = Ratings(self._films, self._count)
            yield from self._ratings.read(InputFile(tables[RATINGS].path, progress))
        if CREW in tables:
            self._directors = Directors(self._films, self._count)
            yield from self._directors.read_crew(InputFile(tables[CREW].path, progress))
            yield from self._directors.read_names(InputFile(tables[NAMES].path, progress))

    def of(self, number: int) -> tuple[float | None, int, tuple[str, ...]]:
        """Return the rating, votes and directors of the film with this id."""
        rank = self._films.rank(number)
        if rank < 0:
            return None, 0, ()
        rating, votes = self._ratings.of(rank) if self._ratings else (None, 0)
        return rating, votes, self._directors.of(rank) if self._directors else ()


def _read(tables: dict[str, Table], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    types = frozenset(title_type.encode() for title_type in options.title_types)
    films = IdSet()
    if len(tables) > 1:
        _collect_ids(InputFile(tables[BASICS].path, progress), types, films)
    joins = _Joins(films, films.freeze())
    yield from joins.read(tables, progress)
    yield from _films(InputFile(tables[BASICS].path, progress), types, joins, options, progress)


def _collect_ids(file: InputFile, types: frozenset[bytes], films: IdSet) -> None:
    """Add the ids of all titles of these types. The last pass rejects invalid rows."""
    for _, line in rows(file):
        cells = line.split(b"\t", 2)
        if len(cells) == 3 and cells[1] in types:
            number = number_in(cells[0])
            if number >= 0:
                films.add(number)


def _films(
    file: InputFile,
    types: frozenset[bytes],
    joins: _Joins,
    options: ReadOptions,
    progress: Progress,
) -> Iterator[Record]:
    for line_number, line in rows(file):
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
                yield _film(line, joins, options)
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


def _film(line: bytes, joins: _Joins, options: ReadOptions) -> FilmRecord:
    cells = line.decode().split("\t")
    identifier, _, title, original_title, _, year, _, runtime_minutes, genres = cells
    number = number_in(identifier.encode())
    if number < 0:
        raise InvalidValue(RejectionReason.ID_INVALID, identifier[:20])
    rating, votes, directors = joins.of(number)
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
    )
    if options.labels:
        return options.labels.apply(film, dict(zip(COLUMNS, cells, strict=True)))
    return film
