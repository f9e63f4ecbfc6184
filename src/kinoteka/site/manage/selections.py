"""Public selections, and which of them are featured."""

from kinoteka.core.library.model import SelectionChange
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.manage.catalogue_shapes import FeatureForm, SelectionsQuery
from kinoteka.site.ui.pages import redirect, render

PAGE_SIZE = 30


async def show_selections(call: Call, query: SelectionsQuery) -> Answer:
    """Public selections, the featured ones first."""
    listing = await call.core.selection_lists.public(call.actor, call.unit)
    page = await listing.page(query.page, PAGE_SIZE)
    makers = [card.account_id for card in page.items]
    owners = await call.core.people.some(call.actor, call.unit, makers)
    return await render(call, "manage/selections.html", page=page, owners=owners)


async def feature_selection(call: Call, selection_id: int, body: FeatureForm) -> Answer:
    """Feature a selection, or no longer."""
    change = SelectionChange(featured=body.featured)
    await call.core.selections.change(call.actor, call.unit, selection_id, change)
    notice = "selection_featured" if body.featured else "selection_unfeatured"
    return redirect(call, f"/manage/selections?page={body.page}", notice=notice)
