"""Bookmarks on pages: the button beside every film, and the page of one's own."""

from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.library import schemas
from kinoteka.site.ui.bookmarked import bookmarked_among
from kinoteka.site.ui.pages import is_partial, own_path, redirect, referring_path, render

PAGE_SIZE = 24


async def show_bookmarks(request: Request, query: schemas.PageQuery) -> Response:
    """One's own bookmarks, the newest first."""
    listing = await request.core.bookmarks.list_films(request.actor, request.unit)
    page = await listing.page(query.page, PAGE_SIZE)
    if not page.items and query.page > 1:  # the last on it may just have been taken away
        return redirect(request, f"/bookmarks?page={max(page.pages, 1)}")
    bookmarked = await bookmarked_among(request, page.items)
    return await render(request, "library/bookmarks.html", films=page, bookmarked=bookmarked)


async def change_bookmark(request: Request, film_id: int, body: schemas.BookmarkForm) -> Response:
    """Set a bookmark or take it away, and go back to where one was."""
    is_on = body.action == "add"
    bookmarks = request.core.bookmarks
    film = await (bookmarks.add if is_on else bookmarks.remove)(
        request.actor, request.unit, film_id
    )
    if not is_partial(request):
        back = own_path(body.next, referring_path(request, f"/films/{film_id}"))
        return redirect(request, back, notice="bookmark_added" if is_on else "bookmark_removed")
    return await render(
        request,
        "library/bookmark_changed.html",
        part="button",
        film=film,
        is_on=is_on,
        place=body.place,
        large=body.large,
    )
