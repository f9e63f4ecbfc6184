"""Somebody's page."""

from urllib.parse import quote

from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.library.shapes import PageQuery
from kinoteka.site.ui.pages import redirect, render

PAGE_SIZE = 24


async def show_person(call: Call, name: str, query: PageQuery) -> Answer:
    """Who somebody is, and what they have made public; always at the one right address."""
    person = await call.core.people.find(call.actor, call.unit, name)
    at = f"/people/{quote(person.address, safe='')}"
    if name != person.address:
        return redirect(call, at)
    listing = await call.core.selection_lists.of_person(call.actor, call.unit, person.id)
    page = await listing.page(query.page, PAGE_SIZE)
    if not page.items and query.page > 1:
        return redirect(call, f"{at}?page={max(page.pages, 1)}")
    return await render(call, "people/person.html", person=person, page=page, at=at)
