"""The pages of selections: public ones, the user's own, a single one and a new one."""

from kinoteka.core.catalogue.listing import Page
from kinoteka.core.library.model import SelectionCard
from kinoteka.core.library.selections import may_edit
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.films.downloads import file_response
from kinoteka.site.library import schemas
from kinoteka.site.ui.bookmarks import bookmarked_ids
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import redirect, render

PAGE_SIZE = 24


async def show_selections(request: Request, query: schemas.PageQuery) -> Response:
    """Show the public selections, featured ones first."""
    listing = await request.core.selection_lists.list_public(request.actor, request.unit)
    return await _show_list(request, await listing.page(query.page, PAGE_SIZE), "/selections")


async def show_own_selections(request: Request, query: schemas.PageQuery) -> Response:
    """Show the user's selections, newest first."""
    listing = await request.core.selection_lists.list_own(request.actor, request.unit)
    return await _show_list(request, await listing.page(query.page, PAGE_SIZE), "/selections/mine")


async def _show_list(request: Request, page: Page[SelectionCard], path: str) -> Response:
    if not page.items and page.number > 1:  # the only selection on it may just have been deleted
        return redirect(request, f"{path}?page={max(page.pages, 1)}")
    owner_ids = [card.account_id for card in page.items]
    owners = await request.core.people.find_many(request.actor, request.unit, owner_ids)
    return await render(request, "library/selections.html", page=page, at=path, owners=owners)


async def show_selection(request: Request, selection_id: int) -> Response:
    """Show a selection with its films."""
    core, actor, unit = request.core, request.actor, request.unit
    selection = await core.selections.get(actor, unit, selection_id)
    owners = await core.people.find_many(actor, unit, [selection.account_id])
    return await render(
        request,
        "library/selection.html",
        selection=selection,
        owner=owners.get(selection.account_id or 0),
        editable=may_edit(actor, selection),
        bookmarked=await bookmarked_ids(request, selection.films),
    )


async def download_selection(
    request: Request, selection_id: int, query: schemas.DownloadQuery
) -> Response:
    """Return the films of a selection as a file, in their order."""
    films = await request.core.selections.list_films(request.actor, request.unit, selection_id)
    return await file_response(request, films, query.format, f"selection-{selection_id}")


async def show_new_selection(
    request: Request, *, typed: schemas.SelectionForm | None = None, failed: PageError | None = None
) -> Response:
    """Show the form of a new selection."""
    return await render(request, "library/new_selection.html", typed=typed, failed=failed)


@redisplay_on_error(show_new_selection)
async def create_selection(request: Request, body: schemas.SelectionForm) -> Response:
    """Create a selection and redirect to its edit page."""
    selection = await request.core.selections.create(request.actor, request.unit, body.new())
    return redirect(request, f"/selections/{selection.id}/edit", notice="selection_made")
