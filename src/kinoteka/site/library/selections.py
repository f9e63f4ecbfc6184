"""Selections on pages: the public ones, one's own, one of them, and a new one."""

from kinoteka.core.catalogue.listing import Page
from kinoteka.core.library.model import SelectionCard
from kinoteka.core.library.selections import may_edit
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.library import schemas
from kinoteka.site.ui.bookmarked import bookmarked_among
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render

PAGE_SIZE = 24


async def show_selections(request: Request, query: schemas.PageQuery) -> Response:
    """The public selections, the featured ones first."""
    listing = await request.core.selection_lists.list_public(request.actor, request.unit)
    return await _show_list(request, await listing.page(query.page, PAGE_SIZE), "/selections")


async def show_own_selections(request: Request, query: schemas.PageQuery) -> Response:
    """One's own selections, the newest first."""
    listing = await request.core.selection_lists.list_own(request.actor, request.unit)
    return await _show_list(request, await listing.page(query.page, PAGE_SIZE), "/selections/mine")


async def _show_list(request: Request, page: Page[SelectionCard], at: str) -> Response:
    if not page.items and page.number > 1:  # the last on it may just have been deleted
        return redirect(request, f"{at}?page={max(page.pages, 1)}")
    makers = [card.account_id for card in page.items]
    owners = await request.core.people.find_many(request.actor, request.unit, makers)
    return await render(request, "library/selections.html", page=page, at=at, owners=owners)


async def show_selection(request: Request, selection_id: int) -> Response:
    """One selection with its films."""
    core, actor, unit = request.core, request.actor, request.unit
    selection = await core.selections.get(actor, unit, selection_id)
    owners = await core.people.find_many(actor, unit, [selection.account_id])
    return await render(
        request,
        "library/selection.html",
        selection=selection,
        owner=owners.get(selection.account_id or 0),
        editable=may_edit(actor, selection),
        bookmarked=await bookmarked_among(request, selection.films),
    )


async def show_new_selection(
    request: Request, *, typed: schemas.SelectionForm | None = None, failed: Failure | None = None
) -> Response:
    """The form of a selection to be."""
    return await render(request, "library/new_selection.html", typed=typed, failed=failed)


@shown_again_by(show_new_selection)
async def make_selection(request: Request, body: schemas.SelectionForm) -> Response:
    """Make a selection, and go on to fill it."""
    selection = await request.core.selections.create(request.actor, request.unit, body.new())
    return redirect(request, f"/selections/{selection.id}/edit", notice="selection_made")
