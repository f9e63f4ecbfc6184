"""Pages of films: parse, call one service, render."""

from typing import Any

import msgspec

from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.films import listings
from kinoteka.site.films.shapes import (
    DirectorsQuery,
    FilmsQuery,
    SearchQuery,
    SortedQuery,
    address,
    film_query,
)
from kinoteka.site.films.trailers import trailer
from kinoteka.site.ui.bookmarked import bookmarked_among
from kinoteka.site.ui.pages import is_partial, redirect, render

FILMS = "/films"
SEARCH = "/search"
NEWEST = 12
FEATURED = 3
GENRES_SUGGESTED = 3
DIRECTORS_SUGGESTED = 3


async def show_first_page(call: Call) -> Answer:
    """The newest films and the featured selections."""
    films = await call.core.catalogue.films(
        call.actor, call.unit, FilmQuery(order="newest"), call.address
    )
    newest = await films.page(1, NEWEST)
    featured = await call.core.selections.public(call.actor, call.unit, 0, FEATURED, featured=True)
    bookmarked = await bookmarked_among(call, newest.items)
    return await render(
        call,
        "films/first.html",
        newest=newest.items,
        total=newest.total,
        featured=featured.selections,
        bookmarked=bookmarked,
    )


async def list_films(call: Call, query: FilmsQuery) -> Answer:
    """Films, by filters."""
    found = await listings.with_director(call, query)
    if found is None:
        shown = listings.nothing(FILMS, query, known=call.actor.account_id is not None)
    elif not is_partial(call) and (query.by is not None or _has_blanks(call)):
        return redirect(call, address(FILMS, found))
    else:
        query = found
        shown = await listings.show_films(call, film_query(query), FILMS, query)
    choices = await listings.show_choices(call, FILMS, query)
    return await _show(call, "films/list.html", shown, query=query, choices=choices)


async def show_genre(call: Call, genre_id: int, query: SortedQuery) -> Answer:
    """The films of a genre."""
    genre = await call.core.catalogue.genre(call.actor, call.unit, genre_id)
    wanted = FilmQuery(genre_id=genre.id, order=query.sort)
    shown = await listings.show_films(call, wanted, f"/genres/{genre.id}", query)
    return await _show(call, "films/named.html", shown, query=query, named=genre, kind="genre")


async def show_director(call: Call, director_id: int, query: SortedQuery) -> Answer:
    """The films of a director."""
    director = await call.core.catalogue.director(call.actor, call.unit, director_id)
    wanted = FilmQuery(director_id=director.id, order=query.sort)
    shown = await listings.show_films(call, wanted, f"/directors/{director.id}", query)
    return await _show(
        call, "films/named.html", shown, query=query, named=director, kind="director"
    )


async def search_films(call: Call, query: SearchQuery) -> Answer:
    """Films that words find."""
    shown = await listings.show_films(call, FilmQuery(text=query.q), SEARCH, query)
    return await _show(call, "films/search.html", shown, query=query)


async def show_film(call: Call, film_id: int) -> Answer:
    """A film."""
    details = await call.core.catalogue.details(call.actor, call.unit, film_id)
    related = await call.core.catalogue.related(call.actor, call.unit, details.film)
    bookmarked = await bookmarked_among(call, [details.film, *related])
    player = trailer(details.film.trailer)
    return await render(
        call,
        "films/film.html",
        frames=player.frames if player else (),
        film=details.film,
        details=details,
        trailer=player,
        related=related,
        bookmarked=bookmarked,
    )


async def suggest_films(call: Call, query: SearchQuery) -> Answer:
    """What somebody may be looking for who is still typing."""
    catalogue, facets = call.core.catalogue, call.core.facets
    films = await catalogue.suggested(call.actor, call.unit, query.q, call.address)
    start = query.q.strip().casefold()
    genres = await facets.genres(call.actor, call.unit) if start else []
    directors = await facets.directors(call.actor, call.unit, query.q, None, DIRECTORS_SUGGESTED)
    return await render(
        call,
        "films/suggested.html",
        query=query,
        films=films,
        genres=[each for each in genres if _begins(each.name, start)][:GENRES_SUGGESTED],
        directors=directors,
    )


async def suggest_directors(call: Call, query: DirectorsQuery) -> Answer:
    """Directors whose names begin so."""
    found = await call.core.facets.directors(call.actor, call.unit, query.by, call.address)
    return await render(call, "films/directors.html", directors=found)


async def _show(
    call: Call, template: str, shown: listings.Shown, *, query: msgspec.Struct, **context: Any
) -> Answer:
    """A page of films; of it the films alone, or only the next ones, where htmx asks for them."""
    part = "more" if call.headers.get(b"hx-target") == b"more" else "films"
    return await render(
        call,
        template,
        part=part,
        status=404 if shown.is_missing else 200,
        headers=[(b"hx-push-url", shown.here.encode())] if part == "films" else None,
        shown=shown,
        query=query,
        is_partial=is_partial(call),
        **context,
    )


def _has_blanks(call: Call) -> bool:
    """Whether a form without a script has sent every field, blank ones, too."""
    query = call.scope["query_string"]
    return query.endswith(b"=") or b"=&" in query


def _begins(name: str, start: str) -> bool:
    """Whether a name, or a word of it, begins so."""
    return f" {start}" in f" {name.casefold()}"
