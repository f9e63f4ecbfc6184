"""Downloads of lists of films as CSV or JSON: filtered lists, searches, selections, bookmarks.

Public operations: FilmLists.stream.

The films are read and encoded in batches, so memory does not grow with their number. A listing
omits films that are not visible to its actor.
"""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Literal

import msgspec

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.listing import Listing
from kinoteka.core.catalogue.model import Film
from kinoteka.core.export import queries
from kinoteka.core.export.model import ListedFilm
from kinoteka.core.rate_limits import Throttle
from kinoteka.database.unit import Unit
from kinoteka.infrastructure.settings import Settings

Format = Literal["csv", "json"]
Chunks = AsyncIterator[bytes]

COLUMNS = ListedFilm.__struct_fields__
NAME_SEPARATOR = "|"
BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets recognise UTF-8 by it."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""Spreadsheets compute cells that begin with these characters (OWASP, CSV Injection)."""

_encode = msgspec.json.Encoder().encode


class FilmLists:
    """Downloads of lists of films."""

    def __init__(self, settings: Settings, throttle: Throttle) -> None:
        self._limit = settings.film_list_limit
        self._throttle = throttle

    async def stream(
        self, actor: Actor, unit: Unit, listing: Listing[Film], form: Format, address: str
    ) -> Chunks:
        """Return the chunks of a file with the films of a listing, read on demand.

        The films and their names are in the language of the actor.

        Downloads are limited by the client's `address`.

        Raises:
            DomainError(THROTTLED)
        """
        await self._throttle.hit("film_list", self._limit, address)
        batches = _listed(unit, listing, actor.language)
        return _as_csv(batches) if form == "csv" else _as_json(batches)


async def _listed(
    unit: Unit, listing: Listing[Film], language: str
) -> AsyncIterator[list[ListedFilm]]:
    async for films in listing.chunks():
        ids = [film.id for film in films]
        genres: dict[int, list[str]] = {film_id: [] for film_id in ids}
        directors: dict[int, list[str]] = {film_id: [] for film_id in ids}
        names = await unit.all(queries.NAMES_OF_FILMS, ids=ids, language=language)
        for film_id, is_genre, name, _ in names:
            (genres if is_genre else directors)[film_id].append(name)
        yield [_row(film, genres[film.id], directors[film.id]) for film in films]
        await asyncio.sleep(0)  # A fast client must not block the event loop.


def _row(film: Film, genres: list[str], directors: list[str]) -> ListedFilm:
    return ListedFilm(
        id=film.id,
        title=film.title,
        original_title=film.original_title,
        year=film.year,
        runtime_minutes=film.runtime_minutes,
        rating=film.rating,
        votes=film.votes,
        genres=genres,
        directors=directors,
        description=film.description,
    )


async def _as_csv(batches: AsyncIterator[list[ListedFilm]]) -> Chunks:
    yield (BYTE_ORDER_MARK + _csv_lines([COLUMNS])).encode()
    async for films in batches:
        yield _csv_lines([_cells(film) for film in films]).encode()


async def _as_json(batches: AsyncIterator[list[ListedFilm]]) -> Chunks:
    before = b"["
    async for films in batches:
        if films:
            yield before + _encode(films)[1:-1]
            before = b",\n"
    yield b"]\n" if before != b"[" else b"[]\n"


def _cells(film: ListedFilm) -> list[object]:
    return [_cell(getattr(film, name)) for name in COLUMNS]


def _cell(value: object) -> object:
    if isinstance(value, list):
        value = NAME_SEPARATOR.join(value)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def _csv_lines(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
