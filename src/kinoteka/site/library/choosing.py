"""A film is put into selections of one's own, from its page."""

from typing import Any

from kinoteka.core.catalogue.model import Film
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.library import shapes
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import is_partial, redirect, render


async def show_choices(
    call: Call, film_id: int, *, typed: object = None, failed: Failure | None = None
) -> Answer:
    """One's selections, each with a button that puts the film in or takes it out."""
    if failed is not None and is_partial(call):
        return await render(call, "failure.html", part="sentence", failed=failed)
    film = await call.core.catalogue.film(call.actor, call.unit, film_id)
    return await _render(call, film, typed=typed, failed=failed)


@shown_again_by(show_choices)
async def change_choice(call: Call, film_id: int, body: shapes.ChoiceForm) -> Answer:
    """Put the film into a selection, or take it out."""
    selections, given = call.core.selections, (body.selection_id, film_id)
    is_in = body.action == "put"
    change = selections.put_film if is_in else selections.remove_film
    selection = await change(call.actor, call.unit, *given)
    return await _answer(call, film_id, "film_put" if is_in else "film_removed", selection.title)


@shown_again_by(show_choices)
async def make_choice(call: Call, film_id: int, body: shapes.SelectionForm) -> Answer:
    """Make a selection that begins with the film; nobody else sees it yet."""
    new = shapes.SelectionForm(title=body.title, film_id=film_id).new()
    selection = await call.core.selections.create(call.actor, call.unit, new)
    return await _answer(call, film_id, "film_put", selection.title)


async def _answer(call: Call, film_id: int, done: str, title: str) -> Answer:
    if not is_partial(call):
        return redirect(call, f"/films/{film_id}/selections", notice=done)
    film = await call.core.catalogue.film(call.actor, call.unit, film_id)
    return await _render(call, film, done=done, title=title)


async def _render(call: Call, film: Film, **context: Any) -> Answer:
    choices = await call.core.selection_lists.choices(call.actor, call.unit, film.id)
    given = {"done": None, "title": "", "film": film, "choices": choices} | context
    return await render(call, "library/choices.html", part="choices", **given)
