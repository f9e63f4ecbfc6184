"""Film lists with their links and filters, as templates show them."""

from collections.abc import Sequence

import msgspec

from kinoteka.core.catalogue.facets.service import MAX_DIRECTORS
from kinoteka.core.catalogue.listing import Page
from kinoteka.core.catalogue.model import Director, Film, FilmQuery
from kinoteka.core.catalogue.parts.service import read_person
from kinoteka.database.schema import Department
from kinoteka.errors import Code, DomainError
from kinoteka.http.policy.request import Request
from kinoteka.site.films.schemas import (
    FilmsQuery,
    SearchQuery,
    SortedQuery,
    address,
    download_pattern,
    pattern,
)
from kinoteka.site.ui.bookmarks import bookmarked_ids
from kinoteka.site.ui.languages import formats
from kinoteka.site.ui.pages import locale_of

PAGE = 24
RATINGS = (9, 8, 7, 6, 5)
RUNTIMES = ("-60", "-90", "90-120", "120-150", "150-")
MORE = ("country", "decade", "since", "until", "runtime")
"""The filters that are folded away unless one of them is active."""


class FilmListing(msgspec.Struct):
    """One page of films.

    `link` is the URL of any page, with the placeholder {page}, and `download` the URL of a file
    with all films of the list, with the placeholder {format}. `bookmarked` has the ids of the
    films that the reader has bookmarked; None for anonymous readers. A search that stopped at a
    limit is not complete.
    """

    page: Page[Film]
    here: str
    link: str
    bookmarked: frozenset[int] | None
    download: str
    is_complete: bool = True

    @property
    def is_missing(self) -> bool:
        """Whether the page number is beyond the last page."""
        return self.page.number > 1 and not self.page.items

    @property
    def more(self) -> str | None:
        """The URL of the next page, if there is one."""
        if self.page.number >= self.page.pages:
            return None
        return self.link.replace("{page}", str(self.page.number + 1))


class ActiveFilter(msgspec.Struct):
    """A filter in use: its kind, its value as text, and the URL of the list without it."""

    kind: str
    text: str
    removal_link: str


class FilterOptions(msgspec.Struct):
    """The values that each filter offers and the filters in use."""

    genres: list[tuple[int, str, int]]
    years: list[int]
    countries: list[tuple[str, str]]
    labels: list[tuple[str, str]]
    ratings: Sequence[int]
    runtimes: Sequence[str]
    active: list[ActiveFilter]
    director: str
    person: str

    @property
    def decades(self) -> list[int]:
        """The decades with visible films, newest first."""
        return sorted({year - year % 10 for year in self.years}, reverse=True)

    @property
    def has_more(self) -> bool:
        """Whether a filter of `MORE` is active."""
        return any(each.kind in MORE for each in self.active)


async def show_films(
    request: Request, wanted: FilmQuery, path: str, query: SortedQuery | SearchQuery
) -> FilmListing:
    """Return a page of the films that match a query."""
    films = await request.core.catalogue.films(request.actor, request.unit, wanted, request.address)
    page = await films.page(query.page, PAGE)
    bookmarked = await bookmarked_ids(request, page.items)
    return FilmListing(
        page,
        address(path, query),
        pattern(path, query),
        bookmarked,
        _download(wanted, query),
        films.is_complete,
    )


def _download(wanted: FilmQuery, query: SortedQuery | SearchQuery) -> str:
    if isinstance(query, SearchQuery):
        return download_pattern("/search/export", query)
    if not isinstance(query, FilmsQuery):
        query = FilmsQuery(sort=query.sort, genre=wanted.genre_id, director=wanted.director_id)
    return download_pattern("/films/export", query)


async def resolve_director(request: Request, query: FilmsQuery) -> FilmsQuery | None:
    """Replace the typed director name by an id. Return None for an unknown director."""
    if not query.by:
        return query
    found = await find_directors(request, query.by)
    if not found:
        return None
    return msgspec.structs.replace(query, director=found[0].id, by=None)


async def find_directors(request: Request, text: str) -> list[Director]:
    """Return directors by the beginning of their name, or else by a name in any language."""
    actor, unit = request.actor, request.unit
    found = await request.core.facets.directors(actor, unit, text, request.address)
    if found:
        return found
    found_people = await request.core.people_search.find(actor, unit, text, MAX_DIRECTORS)
    directing = (each for each in found_people.people if each.department == Department.DIRECTING)
    return [Director(each.id, each.name) for each in directing]


def empty_listing(path: str, query: FilmsQuery, *, signed_in: bool) -> FilmListing:
    """Return a list without films."""
    bookmarked = frozenset[int]() if signed_in else None
    here, link = address(path, query), pattern(path, query)
    return FilmListing(Page([], 1, 0, 0), here, link, bookmarked, "")


async def filter_options(request: Request, path: str, query: FilmsQuery) -> FilterOptions:
    """Return the values that the filters offer to the reader."""
    facets = request.core.facets
    genres = await facets.genres(request.actor, request.unit)
    director = await _director(request, query)
    name = director.name if director else query.by or ""
    person = await _person_name(request, query)
    codes = await facets.countries(request.actor, request.unit)
    return FilterOptions(
        [(genre.id, genre.name, genre.films) for genre in genres],
        await facets.years(request.actor, request.unit),
        formats(locale_of(request)).countries(codes),
        [(label, label) for label in await facets.labels(request.actor, request.unit)],
        RATINGS,
        _offered(RUNTIMES, query.runtime),
        _active_filters(path, query, {genre.id: genre.name for genre in genres}, name, person),
        name,
        person,
    )


def _offered(usual: Sequence[str], chosen: str) -> Sequence[str]:
    """Return the values that a filter offers: the usual ones and the chosen one."""
    return usual if not chosen or chosen in usual else (*usual, chosen)


async def _director(request: Request, query: FilmsQuery) -> Director | None:
    if query.director is None:
        return None
    try:
        return await request.core.catalogue.director(request.actor, request.unit, query.director)
    except DomainError as error:
        if error.code is not Code.DIRECTOR_UNKNOWN:
            raise
        return None


async def _person_name(request: Request, query: FilmsQuery) -> str:
    if query.person is None:
        return ""
    try:
        return (await find_person(request, query.person)).name
    except DomainError as error:
        if error.code is not Code.DIRECTOR_UNKNOWN:
            raise
        return ""


async def find_person(request: Request, person_id: int) -> Director:
    """Return a person with a visible film.

    Raises:
        DomainError(DIRECTOR_UNKNOWN)
    """
    try:
        return await request.core.catalogue.director(request.actor, request.unit, person_id)
    except DomainError as error:
        if error.code is not Code.DIRECTOR_UNKNOWN:
            raise
        return await read_person(request.actor, request.unit, person_id)


def _active_filters(
    path: str, query: FilmsQuery, genres: dict[int, str], director: str, person: str
) -> list[ActiveFilter]:
    texts = {
        "genre": query.genre and genres.get(query.genre, "?"),
        "director": (query.director or query.by) and (director or "?"),
        "person": query.person and (person or "?"),
        "country": query.country.upper(),
        "year": query.year,
        "decade": query.decade,
        "since": query.since,
        "until": query.until,
        "runtime": query.runtime,
        "rating": query.rating is not None and f"{query.rating:g}",
        "label": query.label,
    }
    return [
        ActiveFilter(kind, str(text), _removal_link(path, query, kind))
        for kind, text in texts.items()
        if text
    ]


def _removal_link(path: str, query: FilmsQuery, kind: str) -> str:
    names = ("director", "by") if kind == "director" else (kind,)
    return address(path, query, page=1, **dict.fromkeys(names))
