"""How a selection is edited: its texts, who sees it, its films and their order."""

from typing import Any
from urllib.parse import quote

from kinoteka.core.catalogue.model import Film, FilmQuery
from kinoteka.core.library.model import FILMS_MOST, Selection
from kinoteka.core.library.selections import may_delete
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.library import schemas
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import is_partial, redirect, render

FOUND_MOST = 8
TEMPLATE = "library/edit_selection.html"


async def show_editing(
    request: Request,
    selection_id: int,
    query: schemas.FindQuery | None = None,
    *,
    typed: object = None,
    failed: Failure | None = None,
) -> Response:
    """Everything that can be changed of a selection, and films that it could have, too."""
    if failed is not None and is_partial(request):
        return await render(request, "failure.html", part="sentence", failed=failed)
    selection = await request.core.selections.get_editable(
        request.actor, request.unit, selection_id
    )
    text = (query.q if query else None) or ""
    shown = _shown(selection) | {"q": text, "found": await _found(request, text)}
    shown["deletable"] = may_delete(request.actor, selection)
    shown["typed"] = typed if isinstance(typed, schemas.SelectionForm) else None
    return await render(request, TEMPLATE, part="found", failed=failed, **shown)


@shown_again_by(show_editing)
async def change_selection(
    request: Request, selection_id: int, body: schemas.SelectionForm
) -> Response:
    """Rename, describe, publish or withdraw a selection."""
    await request.core.selections.change(request.actor, request.unit, selection_id, body.change())
    return redirect(request, f"/selections/{selection_id}/edit", notice="selection_saved")


@shown_again_by(show_editing)
async def change_films(request: Request, selection_id: int, body: schemas.FilmForm) -> Response:
    """Put a film into a selection, move it within, or take it out."""
    selections, given = request.core.selections, (selection_id, body.film_id)
    if body.action == "remove":
        done = "film_removed"
        selection = await selections.remove_film(request.actor, request.unit, *given)
    else:
        done = "film_put" if body.position is None else "film_moved"
        selection = await selections.place_film(request.actor, request.unit, *given, body.position)
    if not is_partial(request):
        find = f"?q={quote(body.q, safe='')}" if body.q else ""
        return redirect(request, f"/selections/{selection_id}/edit{find}", notice=done)
    film = await request.core.catalogue.film(request.actor, request.unit, body.film_id)
    shown = _shown(selection) | {"film": film, "done": done, "is_found": film.id in body.found}
    return await render(request, TEMPLATE, part="films", **shown)


async def delete_selection(request: Request, selection_id: int) -> Response:
    """Delete a selection."""
    await request.core.selections.delete(request.actor, request.unit, selection_id)
    return redirect(request, "/selections/mine", notice="selection_deleted")


def _shown(selection: Selection) -> dict[str, Any]:
    return {
        "selection": selection,
        "held": {film.id for film in selection.films},
        "most": FILMS_MOST,
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
    return (await listing.page(1, FOUND_MOST)).items
