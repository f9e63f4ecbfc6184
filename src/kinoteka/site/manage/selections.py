"""Feature public selections."""

from kinoteka.core.library.model import SelectionChange
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage.catalogue_schemas import FeatureForm, SelectionsQuery
from kinoteka.site.ui.pages import redirect, render

PAGE_SIZE = 30


async def show_selections(request: Request, query: SelectionsQuery) -> Response:
    """Show the public selections, featured ones first."""
    listing = await request.core.selection_lists.list_public(request.actor, request.unit)
    page = await listing.page(query.page, PAGE_SIZE)
    owner_ids = [card.account_id for card in page.items]
    owners = await request.core.people.find_many(request.actor, request.unit, owner_ids)
    return await render(request, "manage/selections.html", page=page, owners=owners)


async def feature_selection(request: Request, selection_id: int, body: FeatureForm) -> Response:
    """Feature a selection, or stop featuring it."""
    change = SelectionChange(featured=body.featured)
    await request.core.selections.change(request.actor, request.unit, selection_id, change)
    notice = "selection_featured" if body.featured else "selection_unfeatured"
    return redirect(request, f"/manage/selections?page={body.page}", notice=notice)
