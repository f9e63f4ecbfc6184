"""The "TMDB 5000" tables and larger ones like them: comma-separated, with lists as JSON in cells.

The full table has more columns and other dates than its excerpt. Both are read by their header row.
Directors come from the crew in a second table, the credits.
"""

from collections.abc import Iterator, Sequence

import msgspec

from kinoteka.core.imports.formats import numbers, texts, values
from kinoteka.core.imports.formats.csv_rows import csv_rows
from kinoteka.core.imports.formats.files import InputFile, bytes_on_disk
from kinoteka.core.imports.formats.recognition import Role, Table, recognise
from kinoteka.core.imports.formats.tmdb_objects import poster_url
from kinoteka.core.imports.readers import InputPath, Progress, ReadOptions, Record
from kinoteka.core.imports.record import FilmRecord, InvalidValue, RejectedRow, RejectionReason

CREDITS, MOVIES = "tmdb_5000_credits", "tmdb_5000_movies"
ROLES = (
    Role(CREDITS, frozenset({"movie_id", "crew"})),
    Role(MOVIES, frozenset({"id", "title", "release_date"}), needed=True),
)
ID_DIGITS = 15

Directors = dict[str, tuple[str, ...]]


class _Member(msgspec.Struct):
    job: str = ""
    name: str = ""


_CREW = msgspec.json.Decoder(list[_Member])


def read(files: Sequence[InputPath], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    """Read tmdb_5000_movies.csv and, if present, tmdb_5000_credits.csv."""
    tables = recognise(files, ROLES, ",", progress)
    progress.total += bytes_on_disk([table.path for table in tables.values()])
    return _read(tables, options, progress)


def _read(tables: dict[str, Table], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    directors: Directors = {}
    if CREDITS in tables:
        yield from _read_credits(tables[CREDITS], directors, progress)
    columns = tables[MOVIES].columns
    file = InputFile(tables[MOVIES].path, progress)
    for row in csv_rows(file, ",", len(columns)):
        if isinstance(row, RejectedRow):
            yield row
        elif row[0] > 1:
            cells = dict(zip(columns, row[1], strict=True))
            if not options.adult and cells.get("adult", "").strip().casefold() == "true":
                progress.skipped["adult"] += 1
                continue
            try:
                yield _film(cells, directors, options)
            except InvalidValue as error:
                yield file.rejected_row(row[0], error.reason, error.detail)


def _read_credits(table: Table, directors: Directors, progress: Progress) -> Iterator[RejectedRow]:
    """Collect the directors by film, and yield rejected rows."""
    file = InputFile(table.path, progress)
    film, crew = table.columns.index("movie_id"), table.columns.index("crew")
    for row in csv_rows(file, ",", len(table.columns)):
        if isinstance(row, RejectedRow):
            yield row
        elif row[0] > 1:
            try:
                names = [each.name for each in _CREW.decode(row[1][crew]) if each.job == "Director"]
                directors[row[1][film].strip()] = texts.names_of(names, "crew")
            except msgspec.DecodeError as error:
                yield file.rejected_row(row[0], RejectionReason.JSON_INVALID, f"crew: {error}")
            except InvalidValue as error:
                yield file.rejected_row(row[0], error.reason, error.detail)


def _film(cells: dict[str, str], directors: Directors, options: ReadOptions) -> FilmRecord:
    identifier = cells["id"].strip()
    if not identifier.isdecimal() or len(identifier) > ID_DIGITS:
        raise InvalidValue(RejectionReason.ID_INVALID, identifier[:40])
    votes = numbers.votes_of(cells.get("vote_count"))
    rating = numbers.rating_of(cells.get("vote_average"))
    film = values.film(
        identifier,
        cells["title"],
        cells.get("original_title"),
        cells["release_date"],
        description=cells.get("overview"),
        # TMDB writes 0 for films without votes.
        rating=None if rating == 0 and not votes else rating,
        votes=votes,
        poster=poster_url(cells.get("poster_path")),
        genres=cells.get("genres"),
        directors=directors.get(identifier),
        runtime_minutes=cells.get("runtime"),
        tmdb_id=int(identifier),
    )
    return options.labels.apply(film, cells) if options.labels else film
