"""Add a film to the user's selections from the film's page."""

from typing import Any

from kinoteka.core.catalogue.model import Film
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.library import schemas
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import is_partial, moved, redirect, render


async def show_film_selections(
    request: Request, film_id: int, *, typed: object = None, failed: PageError | None = None
) -> Response:
    """Show the user's selections with buttons that add or remove the film."""
    if failed is not None and is_partial(request):
        return await render(request, "error.html", part="sentence", failed=failed)
    film = await request.core.catalogue.film(request.actor, request.unit, film_id)
    if film.id != film_id and failed is None:
        return moved(request, f"/films/{film.id}/selections")
    return await _render(request, film, typed=typed, failed=failed)


@redisplay_on_error(show_film_selections)
async def change_film_selection(
    request: Request, film_id: int, body: schemas.FilmSelectionForm
) -> Response:
    """Add the film to a selection, or remove it."""
    selections, ids = request.core.selections, (body.selection_id, film_id)
    is_in = body.action == "put"
    change = selections.place_film if is_in else selections.remove_film
    selection = await change(request.actor, request.unit, *ids)
    return await _show_result(
        request, film_id, "film_put" if is_in else "film_removed", selection.title
    )


@redisplay_on_error(show_film_selections)
async def create_film_selection(
    request: Request, film_id: int, body: schemas.SelectionForm
) -> Response:
    """Create a private selection that contains the film."""
    new = schemas.SelectionForm(title=body.title, film_id=film_id).new()
    selection = await request.core.selections.create(request.actor, request.unit, new)
    return await _show_result(request, film_id, "film_put", selection.title)


async def _show_result(request: Request, film_id: int, done: str, title: str) -> Response:
    if not is_partial(request):
        return redirect(request, f"/films/{film_id}/selections", notice=done)
    film = await request.core.catalogue.film(request.actor, request.unit, film_id)
    return await _render(request, film, done=done, title=title)


async def _render(request: Request, film: Film, **context: Any) -> Response:
    choices = await request.core.selection_lists.list_choices(request.actor, request.unit, film.id)
    values = {"done": None, "title": "", "film": film, "choices": choices} | context
    return await render(request, "library/film_selections.html", part="choices", **values)
