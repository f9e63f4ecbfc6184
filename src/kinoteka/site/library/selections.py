"""Selections on pages: the public ones, one's own, one of them, and a new one."""

from kinoteka.core.catalogue.listing import Page
from kinoteka.core.library.model import SelectionCard
from kinoteka.core.library.selections import may_edit
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.library import shapes
from kinoteka.site.ui.bookmarked import bookmarked_among
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render

PAGE_SIZE = 24


async def show_selections(call: Call, query: shapes.PageQuery) -> Answer:
    """The public selections, the featured ones first."""
    listing = await call.core.selection_lists.public(call.actor, call.unit)
    return await _show_list(call, await listing.page(query.page, PAGE_SIZE), "/selections")


async def show_own_selections(call: Call, query: shapes.PageQuery) -> Answer:
    """One's own selections, the newest first."""
    listing = await call.core.selection_lists.own(call.actor, call.unit)
    return await _show_list(call, await listing.page(query.page, PAGE_SIZE), "/selections/mine")


async def _show_list(call: Call, page: Page[SelectionCard], at: str) -> Answer:
    if not page.items and page.number > 1:  # the last on it may just have been deleted
        return redirect(call, f"{at}?page={max(page.pages, 1)}")
    makers = [card.account_id for card in page.items]
    owners = await call.core.people.some(call.actor, call.unit, makers)
    return await render(call, "library/selections.html", page=page, at=at, owners=owners)


async def show_selection(call: Call, selection_id: int) -> Answer:
    """One selection with its films."""
    core, actor, unit = call.core, call.actor, call.unit
    selection = await core.selections.get(actor, unit, selection_id)
    owners = await core.people.some(actor, unit, [selection.account_id])
    return await render(
        call,
        "library/selection.html",
        selection=selection,
        owner=owners.get(selection.account_id or 0),
        editable=may_edit(actor, selection),
        bookmarked=await bookmarked_among(call, selection.films),
    )


async def show_new_selection(
    call: Call, *, typed: shapes.SelectionForm | None = None, failed: Failure | None = None
) -> Answer:
    """The form of a selection to be."""
    return await render(call, "library/new_selection.html", typed=typed, failed=failed)


@shown_again_by(show_new_selection)
async def make_selection(call: Call, body: shapes.SelectionForm) -> Answer:
    """Make a selection, and go on to fill it."""
    selection = await call.core.selections.create(call.actor, call.unit, body.new())
    return redirect(call, f"/selections/{selection.id}/edit", notice="selection_made")
