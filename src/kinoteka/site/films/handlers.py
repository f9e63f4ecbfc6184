"""Film pages: home page, lists and single films."""

from typing import Any

import msgspec

from kinoteka.core.catalogue.model import Film, FilmQuery
from kinoteka.core.catalogue.parts.service import read_credited, read_parts
from kinoteka.database.schema import Department
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.films import listings
from kinoteka.site.films.links import links_of
from kinoteka.site.films.schemas import (
    DirectorsQuery,
    FilmsQuery,
    SortedQuery,
    address,
    film_query,
)
from kinoteka.site.films.trailers import trailer
from kinoteka.site.ui.bookmarks import bookmarked_ids
from kinoteka.site.ui.departments import DEPARTMENTS, HEADLINES, OTHERS
from kinoteka.site.ui.pages import is_partial, moved, redirect, render

FILMS = "/films"
NEWEST = 12
FEATURED = 3
FILMS_IN_STRIP = 24
VISIBLE_CAST = 12
"""The number of actors that a film's page shows at first."""


async def show_home(request: Request) -> Response:
    """Show the newest films and the featured selections."""
    films = await request.core.catalogue.films(
        request.actor, request.unit, FilmQuery(order="newest"), request.address
    )
    newest = await films.page(1, NEWEST)
    featured = await request.core.selections.list_public(
        request.actor, request.unit, 0, FEATURED, featured=True
    )
    bookmarked = await bookmarked_ids(request, newest.items)
    return await render(
        request,
        "films/home.html",
        newest=newest.items,
        total=newest.total,
        featured=featured.selections,
        bookmarked=bookmarked,
    )


async def list_films(request: Request, query: FilmsQuery) -> Response:
    """Show films that match the filters, or redirect from a merged genre to its survivor."""
    if query.genre is not None:
        genre = await request.core.catalogue.surviving_genre_id(request.unit, query.genre)
        if genre != query.genre and not is_partial(request):
            return redirect(request, address(FILMS, query, genre=genre))
        query = msgspec.structs.replace(query, genre=genre)
    found = await listings.resolve_director(request, query)
    if found is None:
        shown = listings.empty_listing(FILMS, query, signed_in=request.actor.account_id is not None)
    elif not is_partial(request) and (query.by is not None or _has_blanks(request)):
        return redirect(request, address(FILMS, found))
    else:
        query = found
        shown = await listings.show_films(request, film_query(query), FILMS, query)
    filters = await listings.filter_options(request, FILMS, query)
    return await _show(request, "films/list.html", shown, query=query, filters=filters)


async def show_genre(request: Request, genre_id: int, query: SortedQuery) -> Response:
    """Show the films of a genre, or redirect to the genre that it was merged into."""
    genre = await request.core.catalogue.genre(request.actor, request.unit, genre_id)
    if genre.id != genre_id:
        return moved(request, f"/genres/{genre.id}")
    wanted = FilmQuery(genre_id=genre.id, order=query.sort)
    shown = await listings.show_films(request, wanted, f"/genres/{genre.id}", query)
    return await _show(
        request,
        "films/genre_or_director.html",
        shown,
        query=query,
        named=genre,
        kind="genre",
        credited=(),
    )


async def show_director(request: Request, director_id: int, query: SortedQuery) -> Response:
    """Show the films of a person by department."""
    director = await listings.find_person(request, director_id)
    # The films that the person directed have a list with pages.
    credited = [await _credited(request, director_id, department) for department in OTHERS]
    credited = [each for each in credited if each.films]
    strips = [film for each in credited for film in each.films[:FILMS_IN_STRIP]]
    wanted = FilmQuery(director_id=director.id, order=query.sort)
    shown = await listings.show_films(request, wanted, f"/directors/{director.id}", query)
    return await _show(
        request,
        "films/genre_or_director.html",
        shown,
        query=query,
        named=director,
        kind="director",
        credited=credited,
        departments=DEPARTMENTS,
        headlines=HEADLINES,
        in_strip=FILMS_IN_STRIP,
        others_bookmarked=await bookmarked_ids(request, strips),
    )


class _Credited(msgspec.Struct, frozen=True):
    """The films of a person in one department, and the roles by the ids of films."""

    department: Department
    films: list[Film]
    roles: dict[int, str | None]


async def _credited(request: Request, person_id: int, department: Department) -> _Credited:
    roles = await read_credited(request.actor, request.unit, person_id, department)
    films = await request.core.catalogue.films_by_id(request.actor, request.unit, [*roles])
    return _Credited(department, films, roles)


async def show_film(request: Request, film_id: int) -> Response:
    """Show a film, or redirect to the film that it was merged into."""
    details = await request.core.catalogue.details(request.actor, request.unit, film_id)
    if details.film.id != film_id:
        return moved(request, f"{FILMS}/{details.film.id}")
    parts = await read_parts(request.unit, film_id, request.actor.language)
    related = await request.core.catalogue.related(request.actor, request.unit, details.film)
    bookmarked = await bookmarked_ids(request, [details.film, *related])
    player = trailer(details.film.trailer)
    return await render(
        request,
        "films/film.html",
        frames=player.frames if player else (),
        film=details.film,
        details=details,
        parts=parts,
        departments=DEPARTMENTS,
        visible_cast=VISIBLE_CAST,
        links=links_of(parts.ids),
        trailer=player,
        related=related,
        bookmarked=bookmarked,
    )


async def suggest_directors(request: Request, query: DirectorsQuery) -> Response:
    """Show directors whose names begin with the typed text."""
    found = await listings.find_directors(request, query.by)
    return await render(request, "films/directors.html", directors=found)


async def _show(
    request: Request,
    template: str,
    shown: listings.FilmListing,
    *,
    query: msgspec.Struct,
    **context: Any,
) -> Response:
    """Render a film list; for htmx only the films, or only the next page of them."""
    part = "more" if request.headers.get(b"hx-target") == b"more" else "films"
    return await render(
        request,
        template,
        part=part,
        status=404 if shown.is_missing else 200,
        headers=[(b"hx-push-url", shown.here.encode())] if part == "films" else None,
        shown=shown,
        query=query,
        is_partial=is_partial(request),
        **context,
    )


def _has_blanks(request: Request) -> bool:
    """Return whether the query has blank fields, as sent by forms without scripts."""
    query = request.scope["query_string"]
    return query.endswith(b"=") or b"=&" in query
