"""The page of a member."""

from urllib.parse import quote

from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.library.schemas import PageQuery
from kinoteka.site.ui.pages import redirect, render

PAGE_SIZE = 24


async def show_person(request: Request, name: str, query: PageQuery) -> Response:
    """Show a member and their public selections. Redirect to the member's canonical address."""
    person = await request.core.people.find(request.actor, request.unit, name)
    at = f"/people/{quote(person.address, safe='')}"
    if name != person.address:
        return redirect(request, at)
    listing = await request.core.selection_lists.list_public_of(
        request.actor, request.unit, person.id
    )
    page = await listing.page(query.page, PAGE_SIZE)
    if not page.items and query.page > 1:
        return redirect(request, f"{at}?page={max(page.pages, 1)}")
    return await render(request, "library/person.html", person=person, page=page, at=at)
