"""The bookmark button of a film and the page of the user's bookmarks."""

from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.films.downloads import file_response
from kinoteka.site.library import schemas
from kinoteka.site.ui.bookmarks import bookmarked_ids
from kinoteka.site.ui.pages import is_partial, local_path, redirect, referring_path, render

PAGE_SIZE = 24


async def show_bookmarks(request: Request, query: schemas.PageQuery) -> Response:
    """Show the user's bookmarks, newest first."""
    listing = await request.core.bookmarks.list_films(request.actor, request.unit)
    page = await listing.page(query.page, PAGE_SIZE)
    if not page.items and query.page > 1:  # the only bookmark on it may just have been removed
        return redirect(request, f"/bookmarks?page={max(page.pages, 1)}")
    bookmarked = await bookmarked_ids(request, page.items)
    return await render(request, "library/bookmarks.html", films=page, bookmarked=bookmarked)


async def download_bookmarks(request: Request, query: schemas.DownloadQuery) -> Response:
    """Return the user's bookmarks as a file, newest first."""
    films = await request.core.bookmarks.list_films(request.actor, request.unit)
    return await file_response(request, films, query.format, "bookmarks")


async def change_bookmark(request: Request, film_id: int, body: schemas.BookmarkForm) -> Response:
    """Add or remove a bookmark and return to the previous page."""
    is_on = body.action == "add"
    bookmarks = request.core.bookmarks
    film = await (bookmarks.add if is_on else bookmarks.remove)(
        request.actor, request.unit, film_id
    )
    if not is_partial(request):
        back = local_path(body.next, referring_path(request, f"/films/{film_id}"))
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
