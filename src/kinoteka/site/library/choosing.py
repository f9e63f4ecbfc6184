"""A film is put into selections of one's own, from its page."""

from typing import Any

from kinoteka.core.catalogue.model import Film
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.library import schemas
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import is_partial, redirect, render


async def show_choices(
    request: Request, film_id: int, *, typed: object = None, failed: Failure | None = None
) -> Response:
    """One's selections, each with a button that puts the film in or takes it out."""
    if failed is not None and is_partial(request):
        return await render(request, "failure.html", part="sentence", failed=failed)
    film = await request.core.catalogue.film(request.actor, request.unit, film_id)
    return await _render(request, film, typed=typed, failed=failed)


@shown_again_by(show_choices)
async def change_choice(request: Request, film_id: int, body: schemas.ChoiceForm) -> Response:
    """Put the film into a selection, or take it out."""
    selections, given = request.core.selections, (body.selection_id, film_id)
    is_in = body.action == "put"
    change = selections.place_film if is_in else selections.remove_film
    selection = await change(request.actor, request.unit, *given)
    return await _answer(request, film_id, "film_put" if is_in else "film_removed", selection.title)


@shown_again_by(show_choices)
async def make_choice(request: Request, film_id: int, body: schemas.SelectionForm) -> Response:
    """Make a selection that begins with the film; nobody else sees it yet."""
    new = schemas.SelectionForm(title=body.title, film_id=film_id).new()
    selection = await request.core.selections.create(request.actor, request.unit, new)
    return await _answer(request, film_id, "film_put", selection.title)


async def _answer(request: Request, film_id: int, done: str, title: str) -> Response:
    if not is_partial(request):
        return redirect(request, f"/films/{film_id}/selections", notice=done)
    film = await request.core.catalogue.film(request.actor, request.unit, film_id)
    return await _render(request, film, done=done, title=title)


async def _render(request: Request, film: Film, **context: Any) -> Response:
    choices = await request.core.selection_lists.list_choices(request.actor, request.unit, film.id)
    given = {"done": None, "title": "", "film": film, "choices": choices} | context
    return await render(request, "library/choices.html", part="choices", **given)
