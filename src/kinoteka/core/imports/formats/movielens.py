"""MovieLens, all sizes since 2013 ("ml-latest", "ml-25m" …): comma-separated, UTF-8.

Layout: https://files.grouplens.org/datasets/movielens/ml-latest-README.html. Ratings run
from 0.5 to 5 in steps of 0.5; they are averaged and doubled. Links have the ids of films at IMDb
(without the tt) and TMDB. Tags and genome files have no data for the catalogue.
"""

from collections.abc import Iterator, Sequence

from kinoteka.core.imports.formats import movielens_older, texts, values
from kinoteka.core.imports.formats.csv_rows import csv_rows
from kinoteka.core.imports.formats.files import InputFile, bytes_on_disk
from kinoteka.core.imports.formats.movielens_ratings import RatingSums, doubled
from kinoteka.core.imports.formats.recognition import Role, Table, recognise
from kinoteka.core.imports.formats.titles import split_title
from kinoteka.core.imports.readers import InputPath, Progress, ReadOptions, Record
from kinoteka.core.imports.record import FilmRecord, InvalidValue, RejectedRow, RejectionReason

MOVIES, RATINGS, LINKS = "movies", "ratings", "links"
LINK_COLUMNS = ("movieId", "imdbId", "tmdbId")
ROLES = (
    Role(MOVIES, frozenset({"movieId", "title", "genres"}), needed=True),
    Role(RATINGS, frozenset({"userId", "movieId", "rating"})),
    Role(LINKS, frozenset(LINK_COLUMNS), order=LINK_COLUMNS),
    Role("tags", frozenset({"userId", "movieId", "tag"}), used=False),
    Role("genome-scores", frozenset({"movieId", "tagId", "relevance"}), used=False),
    Role("genome-tags", frozenset({"tagId", "tag"}), used=False),
)
ID_DIGITS = 15
NO_GENRES = "(no genres listed)"
Links = dict[str, tuple[str | None, int | None]]
"""The ids of films at IMDb and TMDB, by movieId."""


def read(files: Sequence[InputPath], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    """Read movies.csv and, if present, ratings.csv and links.csv, or an older data set."""
    if any(map(movielens_older.is_older, files)):
        return movielens_older.read(files, options, progress)
    tables = recognise(files, ROLES, ",", progress)
    progress.total += bytes_on_disk([table.path for table in tables.values()])
    return _read(tables, options, progress)


def _read_ratings(
    file: InputFile, columns: tuple[str, ...], ratings: RatingSums
) -> Iterator[RejectedRow]:
    """Add up all ratings, and yield rejected rows."""
    movie, rating, width = columns.index("movieId"), columns.index("rating"), len(columns)
    known: dict[bytes, float] = {f"{half / 2:.1f}".encode(): half for half in range(1, 11)}
    lines = file.lines()
    next(lines, None)
    for number, line in enumerate(lines, 2):
        cells = line.split(b",")
        if len(cells) != width:
            if line:
                detail = f"{len(cells)} columns of {width}"
                yield file.rejected_row(number, RejectionReason.COLUMNS_MISMATCH, detail)
            continue
        value = known.get(cells[rating])
        if value is None:
            value = doubled(cells[rating])
        if value is None:
            detail = cells[rating][:40].decode(errors="replace")
            yield file.rejected_row(number, RejectionReason.RATING_INVALID, detail)
        else:
            ratings.add(cells[movie], value)
    yield from file.failure()


def _read(tables: dict[str, Table], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    ratings = RatingSums()
    if RATINGS in tables:
        table = tables[RATINGS]
        yield from _read_ratings(InputFile(table.path, progress), table.columns, ratings)
    links: Links = {}
    if LINKS in tables:
        yield from _read_links(tables[LINKS], links, progress)
    columns = tables[MOVIES].columns
    file = InputFile(tables[MOVIES].path, progress)
    rows = csv_rows(file, ",", len(columns))
    for row in rows:
        if isinstance(row, RejectedRow):
            yield row
        elif row[0] > 1:
            try:
                yield _film(row[1], columns, ratings, links, options)
            except InvalidValue as error:
                yield file.rejected_row(row[0], error.reason, error.detail)


def _read_links(table: Table, links: Links, progress: Progress) -> Iterator[RejectedRow]:
    """Collect the ids of films at IMDb and TMDB, and yield rejected rows."""
    file = InputFile(table.path, progress)
    movie, imdb, tmdb = map(table.columns.index, LINK_COLUMNS)
    for row in csv_rows(file, ",", len(table.columns)):
        if isinstance(row, RejectedRow):
            yield row
        elif row[0] > table.header:
            try:
                cells = row[1]
                imdb_id, tmdb_id = _digits(cells[imdb]), _digits(cells[tmdb])
                links[cells[movie].strip()] = (
                    f"tt{imdb_id:0>7}" if imdb_id else None,
                    int(tmdb_id) if tmdb_id else None,
                )
            except InvalidValue as error:
                yield file.rejected_row(row[0], error.reason, error.detail)


def _digits(written: str) -> str:
    digits = written.strip()
    if digits and not (digits.isdecimal() and len(digits) <= ID_DIGITS):
        raise InvalidValue(RejectionReason.ID_INVALID, digits[:40])
    return digits


def _film(
    cells: list[str],
    columns: tuple[str, ...],
    ratings: RatingSums,
    links: Links,
    options: ReadOptions,
) -> FilmRecord:
    row = dict(zip(columns, cells, strict=True))
    movie = row["movieId"].strip()
    if not movie.isdecimal():
        raise InvalidValue(RejectionReason.ID_INVALID, movie[:40])
    title, other, year = split_title(texts.text_of(row["title"], "title", values.TITLE_LIMIT))
    rating, votes = ratings.of(movie)
    imdb_id, tmdb_id = links.get(movie, (None, None))
    genres = row["genres"]
    film = values.film(
        movie,
        title,
        other,
        year,
        rating=rating,
        votes=votes,
        genres=None if genres == NO_GENRES else genres,
        imdb_id=imdb_id,
        tmdb_id=tmdb_id,
        ids=(("movielens", movie),),
        titles=(("", "alternative", other),) if other else (),
    )
    return options.labels.apply(film, row) if options.labels else film
