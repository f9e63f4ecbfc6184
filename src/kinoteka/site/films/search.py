"""The search page and the suggestions: films, people, genres and selections."""

import msgspec

from kinoteka.core.catalogue.model import Film, FilmQuery, GenreCount
from kinoteka.core.catalogue.people_search import FoundPerson
from kinoteka.database.schema import Department
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.search.folding import fold
from kinoteka.site.films import listings
from kinoteka.site.films.schemas import SearchQuery
from kinoteka.site.ui.departments import PROFESSIONS
from kinoteka.site.ui.pages import is_partial, render

SEARCH = "/search"
SUGGESTED = 3
"""The number of suggestions of each kind except films."""
SHOWN = 10
"""The number of results of each kind except films on the search page."""


class PersonResult(msgspec.Struct, frozen=True):
    """A person with the best known film, which tells people with the same name apart."""

    person: FoundPerson
    film: Film | None

    @property
    def profession(self) -> str:
        """What the person is, to be translated."""
        return PROFESSIONS[Department(self.person.department)]


class OtherResults(msgspec.Struct, frozen=True):
    """The results of a search that are not films; selections as ids and titles."""

    people: list[PersonResult]
    genres: list[GenreCount]
    selections: list[tuple[int, str]]
    is_complete: bool = True

    @property
    def total(self) -> int:
        """Return the number of results."""
        return len(self.people) + len(self.genres) + len(self.selections)


async def search(request: Request, query: SearchQuery) -> Response:
    """Show everything that matches a search text."""
    shown = await listings.show_films(request, FilmQuery(text=query.q), SEARCH, query)
    part = "more" if request.headers.get(b"hx-target") == b"more" else "films"
    others = await _find_others(request, query.q, SHOWN if query.page == 1 else 0)
    return await render(
        request,
        "films/search.html",
        part=part,
        status=404 if shown.is_missing else 200,
        headers=[(b"hx-push-url", shown.here.encode())] if part == "films" else None,
        shown=shown,
        others=others,
        query=query,
        is_partial=is_partial(request),
    )


async def suggest(request: Request, query: SearchQuery) -> Response:
    """Show the best results for the text typed so far, as the search page lists them."""
    found = await request.core.catalogue.suggest(
        request.actor, request.unit, query.q, request.address
    )
    others = await _find_others(request, query.q, SUGGESTED)
    return await render(
        request,
        "films/suggestions.html",
        query=query,
        films=found.films,
        others=others,
        is_complete=found.is_complete and others.is_complete,
    )


async def _find_others(request: Request, text: str, most: int) -> OtherResults:
    """Return the best results of each kind except films. The search for films counts as one."""
    if not fold(text) or not most:
        return OtherResults([], [], [])
    core, actor, unit = request.core, request.actor, request.unit
    found = await core.people_search.find(actor, unit, text, most)
    genres = await core.facets.find_genres(actor, unit, text, most + 1)
    selections = await core.selection_search.find(actor, unit, text, most + 1)
    return OtherResults(
        await _with_films(request, found.people),
        genres[:most],
        selections[:most],
        found.is_complete and max(len(genres), len(selections)) <= most,
    )


async def _with_films(request: Request, people: list[FoundPerson]) -> list[PersonResult]:
    ids = sorted({each.film_id for each in people})
    found = await request.core.catalogue.films_by_id(request.actor, request.unit, ids)
    films = {film.id: film for film in found}
    return [PersonResult(each, films.get(each.film_id)) for each in people]
