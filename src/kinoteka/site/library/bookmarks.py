"""Bookmarks on pages: the button beside every film, and the page of one's own."""

from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.library import shapes
from kinoteka.site.ui.bookmarked import bookmarked_among
from kinoteka.site.ui.pages import is_partial, own_path, redirect, referring_path, render

PAGE_SIZE = 24


async def show_bookmarks(call: Call, query: shapes.PageQuery) -> Answer:
    """One's own bookmarks, the newest first."""
    listing = await call.core.bookmarks.films(call.actor, call.unit)
    page = await listing.page(query.page, PAGE_SIZE)
    if not page.items and query.page > 1:  # the last on it may just have been taken away
        return redirect(call, f"/bookmarks?page={max(page.pages, 1)}")
    bookmarked = await bookmarked_among(call, page.items)
    return await render(call, "library/bookmarks.html", films=page, bookmarked=bookmarked)


async def change_bookmark(call: Call, film_id: int, body: shapes.BookmarkForm) -> Answer:
    """Set a bookmark or take it away, and go back to where one was."""
    is_on = body.action == "add"
    bookmarks = call.core.bookmarks
    film = await (bookmarks.add if is_on else bookmarks.remove)(call.actor, call.unit, film_id)
    if not is_partial(call):
        back = own_path(body.next, referring_path(call, f"/films/{film_id}"))
        return redirect(call, back, notice="bookmark_added" if is_on else "bookmark_removed")
    return await render(
        call,
        "library/bookmark_changed.html",
        part="button",
        film=film,
        is_on=is_on,
        place=body.place,
        large=body.large,
    )
