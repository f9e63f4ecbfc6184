"""A page of films as templates show it: the films, the addresses around them, what is chosen."""

from collections.abc import Sequence

import msgspec

from kinoteka.core.catalogue.listing import Page
from kinoteka.core.catalogue.model import Director, Film, FilmQuery
from kinoteka.errors import Code, DomainError
from kinoteka.http.policy.request import Request
from kinoteka.site.films.schemas import (
    FilmsQuery,
    SearchQuery,
    SortedQuery,
    address,
    pattern,
)
from kinoteka.site.ui.bookmarked import bookmarked_among

PAGE = 24
RATINGS = (9, 8, 7, 6, 5)


class Shown(msgspec.Struct):
    """Films of one page. `bookmarked` are those that the reader has bookmarked; None: nobody's."""

    page: Page[Film]
    here: str
    link: str
    bookmarked: frozenset[int] | None

    @property
    def is_missing(self) -> bool:
        """Whether there are films, but not so many pages."""
        return self.page.number > 1 and not self.page.items

    @property
    def more(self) -> str | None:
        """The address of the next page, if there is one."""
        if self.page.number >= self.page.pages:
            return None
        return self.link.replace("{page}", str(self.page.number + 1))


class Chosen(msgspec.Struct):
    """What is chosen among the filters, in words, and where one goes without it.

    `kind` says which filter it is.
    """

    kind: str
    words: str
    without: str


class Choices(msgspec.Struct):
    """What the filters offer, some as pairs of a value and its words, and what is chosen."""

    genres: list[tuple[int, str, int]]
    years: list[int]
    labels: list[tuple[str, str]]
    ratings: Sequence[int]
    chosen: list[Chosen]
    director: str


async def show_films(
    request: Request, wanted: FilmQuery, path: str, query: SortedQuery | SearchQuery
) -> Shown:
    """A page of what the core is asked for."""
    films = await request.core.catalogue.films(request.actor, request.unit, wanted, request.address)
    page = await films.page(query.page, PAGE)
    bookmarked = await bookmarked_among(request, page.items)
    return Shown(page, address(path, query), pattern(path, query), bookmarked)


async def with_director(request: Request, query: FilmsQuery) -> FilmsQuery | None:
    """The query with the director whose name is typed; None where there is nobody of that name."""
    if not query.by:
        return query
    found = await request.core.facets.directors(
        request.actor, request.unit, query.by, request.address
    )
    if not found:
        return None
    return msgspec.structs.replace(query, director=found[0].id, by=None)


def nothing(path: str, query: FilmsQuery, *, known: bool) -> Shown:
    """No film at all."""
    bookmarked = frozenset[int]() if known else None
    return Shown(Page([], 1, 0, 0), address(path, query), pattern(path, query), bookmarked)


async def show_choices(request: Request, path: str, query: FilmsQuery) -> Choices:
    """What the filters offer."""
    facets = request.core.facets
    genres = await facets.genres(request.actor, request.unit)
    director = await _director(request, query)
    name = director.name if director else query.by or ""
    return Choices(
        [(genre.id, genre.name, genre.films) for genre in genres],
        await facets.years(request.actor, request.unit),
        [(label, label) for label in await facets.labels(request.actor, request.unit)],
        RATINGS,
        _chosen(path, query, {genre.id: genre.name for genre in genres}, name),
        name,
    )


async def _director(request: Request, query: FilmsQuery) -> Director | None:
    if query.director is None:
        return None
    try:
        return await request.core.catalogue.director(request.actor, request.unit, query.director)
    except DomainError as error:
        if error.code is not Code.DIRECTOR_UNKNOWN:
            raise
        return None


def _chosen(path: str, query: FilmsQuery, genres: dict[int, str], director: str) -> list[Chosen]:
    words = {
        "genre": query.genre and genres.get(query.genre, "?"),
        "director": (query.director or query.by) and (director or "?"),
        "year": query.year and str(query.year),
        "rating": query.rating is not None and f"{query.rating:g}",
        "label": query.label,
    }
    return [
        Chosen(kind, str(text), _without(path, query, kind)) for kind, text in words.items() if text
    ]


def _without(path: str, query: FilmsQuery, kind: str) -> str:
    names = ("director", "by") if kind == "director" else (kind,)
    return address(path, query, page=1, **dict.fromkeys(names))
