"""The Atom feeds of new films, of public selections and of a selection's films."""

from kinoteka.core.film_posters.model import poster_path
from kinoteka.core.library import feeds
from kinoteka.core.library.model import DatedFilm, DatedSelectionCard
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.library.schemas import FeedQuery
from kinoteka.site.ui.atom import Entry, Feed, feed_response
from kinoteka.site.ui.languages import N_, translations
from kinoteka.site.ui.pages import language_of

NEW_FILMS = N_("New films")
SELECTIONS = N_("Selections")


async def show_new_films(request: Request, query: FeedQuery) -> Response:
    """Return the feed of the films that were added last."""
    films = await feeds.read_new_films(request.unit, _language(request, query))
    entries = [_film_entry(film, f"films/{film.id}") for film in films]
    return await _respond(
        request, query, "films", _title(request, query, NEW_FILMS), "/films", entries
    )


async def show_selections(request: Request, query: FeedQuery) -> Response:
    """Return the feed of the public selections that changed last."""
    found = await feeds.read_public_selections(request.unit, _language(request, query))
    entries = [_selection_entry(each) for each in found]
    title = _title(request, query, SELECTIONS)
    return await _respond(request, query, "selections", title, "/selections", entries)


async def show_selection(request: Request, selection_id: int, query: FeedQuery) -> Response:
    """Return the feed of the films that were added last to a public selection."""
    language = _language(request, query)
    selection, films = await feeds.read_selection(request.unit, selection_id, language)
    name = f"selections/{selection.id}"
    # A film has an entry of its own for each selection, as it is added to each at another time.
    entries = [_film_entry(film, f"{name}/films/{film.id}") for film in films]
    return await _respond(
        request,
        query,
        f"{name}/films",
        f"{selection.title} · Kinoteka",
        f"/{name}",
        entries,
        updated=selection.updated_at,
        subtitle=selection.description,
    )


async def _respond(
    request: Request,
    query: FeedQuery,
    name: str,
    title: str,
    path: str,
    entries: list[Entry],
    *,
    updated: int = 0,
    subtitle: str = "",
) -> Response:
    own_path = request.scope["path"] + (f"?lang={query.lang}" if query.lang else "")
    feed = Feed(
        name=name,
        title=title,
        updated=max([updated, *(entry.updated for entry in entries)]),
        path=path,
        own_path=own_path,
        language=_language(request, query),
        entries=entries,
        subtitle=subtitle,
    )
    return await feed_response(request, feed)


def _film_entry(film: DatedFilm, name: str) -> Entry:
    return Entry(
        name=name,
        title=f"{film.title} ({film.year})" if film.year else film.title,
        updated=film.at or 0,
        path=f"/films/{film.id}",
        summary=film.description,
        image=poster_path(film.id, "small"),
    )


def _selection_entry(dated: DatedSelectionCard) -> Entry:
    card = dated.card
    return Entry(
        name=f"selections/{card.id}",
        title=card.title,
        updated=dated.updated_at,
        path=f"/selections/{card.id}",
        summary=card.description or ", ".join(cover.title for cover in card.covers),
        image=poster_path(card.covers[0].id, "small") if card.covers else None,
    )


def _language(request: Request, query: FeedQuery) -> str:
    return query.lang or language_of(request)


def _title(request: Request, query: FeedQuery, title: str) -> str:
    return f"{translations(_language(request, query)).gettext(title)} · Kinoteka"
