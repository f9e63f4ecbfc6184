"""Queries of the film pages."""

from functools import cache
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.http.mechanics.numbers import Id, PageNumber

Sort = Literal["newest", "rating", "title"]


class SortedQuery(msgspec.Struct):
    """The order and page of a film list."""

    sort: Sort = "newest"
    page: PageNumber = 1


class FilmsQuery(SortedQuery, kw_only=True):
    """Filters of the film list. `by` is a typed director name, used instead of the id."""

    genre: Id | None = None
    director: Id | None = None
    by: str | None = None
    year: Annotated[int, Meta(ge=1, le=9999)] | None = None
    rating: Annotated[float, Meta(ge=0, le=10)] | None = None
    label: str | None = None


class SearchQuery(msgspec.Struct):
    """A search text and the page of its results."""

    q: str = ""
    page: PageNumber = 1


class DirectorsQuery(msgspec.Struct):
    """The beginning of a director's name."""

    by: str = ""


def film_query(query: FilmsQuery) -> FilmQuery:
    """Return the query for the catalogue."""
    return FilmQuery(
        genre_id=query.genre,
        director_id=query.director,
        year=query.year,
        rating=None if query.rating is None else round(query.rating, 1),
        label=query.label or None,
        order=query.sort,
    )


def address(path: str, query: SortedQuery | SearchQuery, **changes: object) -> str:
    """Return the URL of a query without default values; `changes` replace values of the query."""
    values = msgspec.structs.asdict(query) | changes
    plain = _defaults(type(query))
    parameters = {
        name: _text(value)
        for name, value in values.items()
        if value is not None and value != "" and value != plain[name]
    }
    return f"{path}?{urlencode(parameters)}" if parameters else path


def pattern(path: str, query: SortedQuery | SearchQuery) -> str:
    """Return the URL of a query with the placeholder {page} for the page number."""
    first = address(path, query, page=1)
    return f"{first}{'&' if '?' in first else '?'}page={{page}}"


@cache
def _defaults(schema: type[msgspec.Struct]) -> dict[str, object]:
    return {field.name: field.default for field in msgspec.structs.fields(schema)}


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
