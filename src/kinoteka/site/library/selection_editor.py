"""The edit page of a selection: title, description, visibility, films and their order."""

from typing import Any
from urllib.parse import quote

from kinoteka.core.catalogue.model import Film, FilmQuery
from kinoteka.core.library.model import MAX_FILMS, Selection
from kinoteka.core.library.selections import may_delete
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.library import schemas
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import is_partial, redirect, render

MAX_RESULTS = 8
TEMPLATE = "library/edit_selection.html"


async def show_editor(
    request: Request,
    selection_id: int,
    query: schemas.FindQuery | None = None,
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
    context = _context(selection) | {"q": text, "found": await _found(request, text)}
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
        done = "film_put" if body.position is None else "film_moved"
        selection = await selections.place_film(request.actor, request.unit, *ids, body.position)
    if not is_partial(request):
        find = f"?q={quote(body.q, safe='')}" if body.q else ""
        return redirect(request, f"/selections/{selection_id}/edit{find}", notice=done)
    film = await request.core.catalogue.film(request.actor, request.unit, body.film_id)
    context = _context(selection) | {"film": film, "done": done, "is_found": film.id in body.found}
    return await render(request, TEMPLATE, part="films", **context)


async def delete_selection(request: Request, selection_id: int) -> Response:
    """Delete a selection."""
    await request.core.selections.delete(request.actor, request.unit, selection_id)
    return redirect(request, "/selections/mine", notice="selection_deleted")


def _context(selection: Selection) -> dict[str, Any]:
    return {
        "selection": selection,
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
