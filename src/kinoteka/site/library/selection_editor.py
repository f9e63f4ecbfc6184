"""The edit page of a selection: title, description, visibility, films and their order."""

from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from kinoteka.core.catalogue.model import Film, FilmQuery
from kinoteka.core.library.model import MAX_FILMS, Selection, SelectionFilm
from kinoteka.core.library.selections import may_delete
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.library import schemas
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import is_partial, redirect, render

MAX_RESULTS = 8
PAGE = 50
"""Films on a page of the editor; a selection may have 1,000."""
TEMPLATE = "library/edit_selection.html"


async def show_editor(
    request: Request,
    selection_id: int,
    query: schemas.EditorQuery | None = None,
    *,
    typed: object = None,
    failed: PageError | None = None,
) -> Response:
    """Show the form of a selection and the films that match a search text."""
    if failed is not None and is_partial(request):
        return await render(request, "error.html", part="sentence", failed=failed)
    selection = await request.core.selections.get_editable(
        request.actor, request.unit, selection_id
    )
    text = (query.q if query else None) or ""
    shown = _films_on(selection, query.page if query else 1)
    context = _context(selection, shown, text) | {"found": await _found(request, text)}
    context["deletable"] = may_delete(request.actor, selection)
    context["typed"] = typed if isinstance(typed, schemas.SelectionForm) else None
    return await render(request, TEMPLATE, part="found", failed=failed, **context)


@redisplay_on_error(show_editor)
async def change_selection(
    request: Request, selection_id: int, body: schemas.SelectionForm
) -> Response:
    """Change the title, description or visibility of a selection."""
    await request.core.selections.change(request.actor, request.unit, selection_id, body.change())
    return redirect(request, f"/selections/{selection_id}/edit", notice="selection_saved")


@redisplay_on_error(show_editor)
async def change_films(request: Request, selection_id: int, body: schemas.FilmForm) -> Response:
    """Add a film to a selection, move it or remove it."""
    selections, ids = request.core.selections, (selection_id, body.film_id)
    if body.action == "remove":
        done = "film_removed"
        selection = await selections.remove_film(request.actor, request.unit, *ids)
    else:
        done = "film_put" if body.index is None else "film_moved"
        selection = await selections.place_film(request.actor, request.unit, *ids, body.index)
    shown = _films_on(selection, _page_of(selection, body.film_id) or body.page)
    if not is_partial(request):
        return redirect(request, _editor_address(selection, shown.page, body.q), notice=done)
    film = await request.core.catalogue.film(request.actor, request.unit, body.film_id)
    context = _context(selection, shown, body.q or "")
    context |= {"film": film, "done": done, "is_found": film.id in body.found}
    return await render(request, TEMPLATE, part="films", **context)


async def delete_selection(request: Request, selection_id: int) -> Response:
    """Delete a selection."""
    await request.core.selections.delete(request.actor, request.unit, selection_id)
    return redirect(request, "/selections/mine", notice="selection_deleted")


class FilmsOnPage(NamedTuple):
    """One page of a selection's films; `first` is the position of the first one, from 0."""

    films: list[SelectionFilm]
    first: int
    page: int
    pages: int


def _films_on(selection: Selection, page: int) -> FilmsOnPage:
    """Return a page of the films, or the last one if there are fewer pages."""
    pages = max(1, -(-len(selection.films) // PAGE))
    page = min(page, pages)
    first = (page - 1) * PAGE
    return FilmsOnPage(list(selection.films[first : first + PAGE]), first, page, pages)


def _page_of(selection: Selection, film_id: int) -> int | None:
    """Return the page that a film is on, or None if the selection does not contain it."""
    places = (index for index, each in enumerate(selection.films) if each.id == film_id)
    index = next(places, None)
    return None if index is None else index // PAGE + 1


def _editor_address(selection: Selection, page: int, text: str | None) -> str:
    parts: dict[str, str] = {"q": text} if text else {}
    if page > 1:
        parts["page"] = str(page)
    query = urlencode(parts, quote_via=quote)
    return f"/selections/{selection.id}/edit" + (f"?{query}" if query else "")


def _context(selection: Selection, shown: FilmsOnPage, text: str) -> dict[str, Any]:
    find = urlencode({"q": text}, quote_via=quote) + "&" if text else ""
    return {
        "selection": selection,
        "shown": shown,
        "q": text,
        "link": f"/selections/{selection.id}/edit?{find}page={{page}}",
        "contained": {film.id for film in selection.films},
        "most": MAX_FILMS,
        "film": None,
        "done": None,
        "is_found": False,
    }


async def _found(request: Request, text: str) -> list[Film] | None:
    if not text.strip():
        return None
    query = FilmQuery(text=text)
    listing = await request.core.catalogue.films(
        request.actor, request.unit, query, request.address
    )
    return (await listing.page(1, MAX_RESULTS)).items
