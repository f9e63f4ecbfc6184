"""What the addresses of pages of films hold."""

from functools import cache
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.http.mechanics.numbers import Id, PageNumber

Sort = Literal["newest", "rating", "title"]


class SortedQuery(msgspec.Struct):
    """Which page of films, and in which order."""

    sort: Sort = "newest"
    page: PageNumber = 1


class FilmsQuery(SortedQuery, kw_only=True):
    """Which films: `by` is the name of a director as somebody types it, in place of the id."""

    genre: Id | None = None
    director: Id | None = None
    by: str | None = None
    year: Annotated[int, Meta(ge=1, le=9999)] | None = None
    rating: Annotated[float, Meta(ge=0, le=10)] | None = None
    label: str | None = None


class SearchQuery(msgspec.Struct):
    """What is searched for, and which page of it."""

    q: str = ""
    page: PageNumber = 1


class DirectorsQuery(msgspec.Struct):
    """The beginning of a director's name."""

    by: str = ""


def film_query(query: FilmsQuery) -> FilmQuery:
    """What the core is asked for."""
    return FilmQuery(
        genre_id=query.genre,
        director_id=query.director,
        year=query.year,
        rating=None if query.rating is None else round(query.rating, 1),
        label=query.label or None,
        order=query.sort,
    )


def address(path: str, query: SortedQuery | SearchQuery, **changes: object) -> str:
    """The address of a query, without what goes without saying; `changes` replace its values."""
    values = msgspec.structs.asdict(query) | changes
    plain = _defaults(type(query))
    told = {
        name: _written(value)
        for name, value in values.items()
        if value is not None and value != "" and value != plain[name]
    }
    return f"{path}?{urlencode(told)}" if told else path


def pattern(path: str, query: SortedQuery | SearchQuery) -> str:
    """The address of any page of a query, with {page} for its number."""
    first = address(path, query, page=1)
    return f"{first}{'&' if '?' in first else '?'}page={{page}}"


@cache
def _defaults(shape: type[msgspec.Struct]) -> dict[str, object]:
    return {field.name: field.default for field in msgspec.structs.fields(shape)}


def _written(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
