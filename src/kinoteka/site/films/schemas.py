"""Queries of the film pages."""

from functools import cache
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from msgspec import Meta

from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.core.export.film_lists import Format
from kinoteka.errors import field_invalid
from kinoteka.http.mechanics.numbers import Id, PageNumber

LAST_YEAR = 9999
Sort = Literal["newest", "rating", "title"]


class SortedQuery(msgspec.Struct):
    """The order and page of a film list."""

    sort: Sort = "newest"
    page: PageNumber = 1


Year = Annotated[int, Meta(ge=1, le=9999)]
Decade = Annotated[int, Meta(ge=10, le=9990, multiple_of=10)]
Country = Annotated[str, Meta(pattern="^([A-Za-z]{2})?$")]
MinuteRange = Annotated[str, Meta(pattern=r"^([0-9]{1,4}-[0-9]{0,4}|-[0-9]{1,4})?$")]


class FilmsQuery(SortedQuery, kw_only=True):
    """Filters of the film list.

    `by` is a typed director name, used instead of the id. `decade` is its first year. `runtime` is
    a range of minutes: "90-120", "-90" or "150-". `country` is a code of ISO 3166-1.
    """

    genre: Id | None = None
    director: Id | None = None
    by: str | None = None
    person: Id | None = None
    country: Country = ""
    year: Year | None = None
    decade: Decade | None = None
    since: Year | None = None
    until: Year | None = None
    runtime: MinuteRange = ""
    rating: Annotated[float, Meta(ge=0, le=10)] | None = None
    label: str | None = None


class SearchQuery(msgspec.Struct):
    """A search text and the page of its results."""

    q: str = ""
    page: PageNumber = 1


class FilmsDownload(FilmsQuery, kw_only=True):
    """The films to download: the filters of the list, and the format of the file."""

    format: Format = "csv"


class SearchDownload(SearchQuery):
    """The search results to download, and the format of the file."""

    format: Format = "csv"


class DirectorsQuery(msgspec.Struct):
    """The beginning of a director's name."""

    by: str = ""


def film_query(query: FilmsQuery) -> FilmQuery:
    """Return the query for the catalogue.

    Raises:
        DomainError(FIELD_INVALID): a range ends before it begins.
    """
    years = (query.since, query.until)
    minutes = minute_range(query.runtime)
    _require_order("until", *years)
    _require_order("runtime", *minutes)
    if query.decade is not None:
        years = max(query.decade, years[0] or 0), min(query.decade + 9, years[1] or LAST_YEAR)
    return FilmQuery(
        genre_id=query.genre,
        director_id=query.director,
        person_id=query.person,
        country=query.country.upper() or None,
        year=query.year,
        year_from=years[0],
        year_to=years[1],
        minutes_from=minutes[0],
        minutes_to=minutes[1],
        rating=None if query.rating is None else round(query.rating, 1),
        label=query.label or None,
        order=query.sort,
    )


def minute_range(text: str) -> tuple[int | None, int | None]:
    """Return the least and the most minutes of a range."""
    first, _, last = (text or "-").partition("-")
    return (int(first) if first else None, int(last) if last else None)


def _require_order(field: str, first: int | None, last: int | None) -> None:
    if first is not None and last is not None and first > last:
        raise field_invalid(field, "reversed")


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


def download_pattern(path: str, query: SortedQuery | SearchQuery, **changes: object) -> str:
    """Return the URL of a file with the films, with the placeholder {format}."""
    films = address(path, query, page=1, **changes)
    return f"{films}{'&' if '?' in films else '?'}format={{format}}"


@cache
def _defaults(schema: type[msgspec.Struct]) -> dict[str, object]:
    return {field.name: field.default for field in msgspec.structs.fields(schema)}


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
