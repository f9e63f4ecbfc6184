"""How a selection is edited: its texts, who sees it, its films and their order."""

from typing import Any
from urllib.parse import quote

from kinoteka.core.catalogue.model import Film, FilmQuery
from kinoteka.core.library.model import FILMS_MOST, Selection
from kinoteka.core.library.selections import may_delete
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.library import shapes
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import is_partial, redirect, render

FOUND_MOST = 8
TEMPLATE = "library/edit_selection.html"


async def show_editing(
    call: Call,
    selection_id: int,
    query: shapes.FindQuery | None = None,
    *,
    typed: object = None,
    failed: Failure | None = None,
) -> Answer:
    """Everything that can be changed of a selection, and films that it could have, too."""
    if failed is not None and is_partial(call):
        return await render(call, "failure.html", part="sentence", failed=failed)
    selection = await call.core.selections.get_to_edit(call.actor, call.unit, selection_id)
    text = (query.q if query else None) or ""
    shown = _shown(selection) | {"q": text, "found": await _found(call, text)}
    shown["deletable"] = may_delete(call.actor, selection)
    shown["typed"] = typed if isinstance(typed, shapes.SelectionForm) else None
    return await render(call, TEMPLATE, part="found", failed=failed, **shown)


@shown_again_by(show_editing)
async def change_selection(call: Call, selection_id: int, body: shapes.SelectionForm) -> Answer:
    """Rename, describe, publish or withdraw a selection."""
    await call.core.selections.change(call.actor, call.unit, selection_id, body.change())
    return redirect(call, f"/selections/{selection_id}/edit", notice="selection_saved")


@shown_again_by(show_editing)
async def change_films(call: Call, selection_id: int, body: shapes.FilmForm) -> Answer:
    """Put a film into a selection, move it within, or take it out."""
    selections, given = call.core.selections, (selection_id, body.film_id)
    if body.action == "remove":
        done = "film_removed"
        selection = await selections.remove_film(call.actor, call.unit, *given)
    else:
        done = "film_put" if body.position is None else "film_moved"
        selection = await selections.put_film(call.actor, call.unit, *given, body.position)
    if not is_partial(call):
        find = f"?q={quote(body.q, safe='')}" if body.q else ""
        return redirect(call, f"/selections/{selection_id}/edit{find}", notice=done)
    film = await call.core.catalogue.film(call.actor, call.unit, body.film_id)
    shown = _shown(selection) | {"film": film, "done": done, "is_found": film.id in body.found}
    return await render(call, TEMPLATE, part="films", **shown)


async def delete_selection(call: Call, selection_id: int) -> Answer:
    """Delete a selection."""
    await call.core.selections.delete(call.actor, call.unit, selection_id)
    return redirect(call, "/selections/mine", notice="selection_deleted")


def _shown(selection: Selection) -> dict[str, Any]:
    return {
        "selection": selection,
        "held": {film.id for film in selection.films},
        "most": FILMS_MOST,
        "film": None,
        "done": None,
        "is_found": False,
    }


async def _found(call: Call, text: str) -> list[Film] | None:
    if not text.strip():
        return None
    query = FilmQuery(text=text)
    listing = await call.core.catalogue.films(call.actor, call.unit, query, call.address)
    return (await listing.page(1, FOUND_MOST)).items
