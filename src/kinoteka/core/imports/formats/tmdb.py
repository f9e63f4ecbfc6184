"""The "TMDB 5000" tables and larger ones like them: comma-separated, with lists as JSON in cells.

The full table has more columns and other dates than its excerpt. Both are read by their header row.
Directors come from the crew in a second table, the credits.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypedDict

import msgspec

from kinoteka.core.imports.formats import numbers, texts, values
from kinoteka.core.imports.formats.country_codes import country_codes
from kinoteka.core.imports.formats.csv_rows import csv_rows
from kinoteka.core.imports.formats.files import InputFile, bytes_on_disk
from kinoteka.core.imports.formats.recognition import Role, Table, recognise
from kinoteka.core.imports.formats.tmdb_objects import credits_of, poster_url
from kinoteka.core.imports.readers import InputPath, Progress, ReadOptions, Record
from kinoteka.core.imports.record import (
    Credit,
    FilmRecord,
    InvalidValue,
    RejectedRow,
    RejectionReason,
)

CREDITS, MOVIES = "tmdb_5000_credits", "tmdb_5000_movies"
ROLES = (
    Role(CREDITS, frozenset({"movie_id", "crew"})),
    Role(MOVIES, frozenset({"id", "title", "release_date"}), needed=True),
)
ID_DIGITS = 15

People = dict[str, tuple[tuple[str, ...], bytes]]
"""The directors and the encoded credits by film: encoded, they take a fifth of the memory."""


class _Member(TypedDict, total=False):
    id: int | str | None
    name: str
    job: str
    department: str
    character: str | None


_PEOPLE = msgspec.json.Decoder(list[_Member])
_OBJECTS = msgspec.json.Decoder(list[dict[str, Any]])
_CREDITS = msgspec.msgpack.Decoder(tuple[Credit, ...])


def read(files: Sequence[InputPath], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    """Read tmdb_5000_movies.csv and, if present, tmdb_5000_credits.csv."""
    tables = recognise(files, ROLES, ",", progress)
    progress.total += bytes_on_disk([table.path for table in tables.values()])
    return _read(tables, options, progress)


def _read(tables: dict[str, Table], options: ReadOptions, progress: Progress) -> Iterator[Record]:
    people: People = {}
    if CREDITS in tables:
        yield from _read_credits(tables[CREDITS], people, progress)
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
                yield _film(cells, people, options)
            except InvalidValue as error:
                yield file.rejected_row(row[0], error.reason, error.detail)


def _read_credits(table: Table, people: People, progress: Progress) -> Iterator[RejectedRow]:
    """Collect the directors and credits by film, and yield rejected rows."""
    file = InputFile(table.path, progress)
    film, crew = table.columns.index("movie_id"), table.columns.index("crew")
    cast = table.columns.index("cast") if "cast" in table.columns else -1
    for row in csv_rows(file, ",", len(table.columns)):
        if isinstance(row, RejectedRow):
            yield row
        elif row[0] > 1:
            try:
                members = _PEOPLE.decode(row[1][crew])
                actors = _PEOPLE.decode(row[1][cast]) if cast >= 0 else []
                names = [each.get("name") for each in members if each.get("job") == "Director"]
                people[row[1][film].strip()] = (
                    texts.names_of(names, "crew"),
                    msgspec.msgpack.encode(credits_of(actors, members)),
                )
            except msgspec.DecodeError as error:
                yield file.rejected_row(row[0], RejectionReason.JSON_INVALID, f"credits: {error}")
            except InvalidValue as error:
                yield file.rejected_row(row[0], error.reason, error.detail)


def _film(cells: dict[str, str], people: People, options: ReadOptions) -> FilmRecord:
    identifier = cells["id"].strip()
    if not identifier.isdecimal() or len(identifier) > ID_DIGITS:
        raise InvalidValue(RejectionReason.ID_INVALID, identifier[:40])
    directors, credits_ = people.get(identifier, ((), b"\x90"))
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
        directors=directors,
        runtime_minutes=cells.get("runtime"),
        tmdb_id=int(identifier),
        countries=country_codes(_countries(cells.get("production_countries"))),
        credits=_CREDITS.decode(credits_),
    )
    return options.labels.apply(film, cells) if options.labels else film


def _countries(cell: str | None) -> list[str]:
    """Return the codes of countries in a cell of JSON, or its names in a list with commas."""
    try:
        found = _OBJECTS.decode(cell or "[]")
    except msgspec.DecodeError:
        return (cell or "").split(",")
    return [str(each.get("iso_3166_1") or each.get("name") or "") for each in found]
