"""Merge films that are the same, undo merges, and list possible duplicates."""

from kinoteka.core.film_merging.model import Merge
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage.catalogue_schemas import DuplicateForm, MergeForm, UndoMergeForm
from kinoteka.site.manage.films import show_film
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import redirect, render


async def _redisplay_film(
    request: Request, film_id: int, *, typed: object, failed: PageError
) -> Response:
    del typed
    return await show_film(request, film_id, failed=failed)


@redisplay_on_error(_redisplay_film)
async def merge_film(request: Request, film_id: int, body: MergeForm) -> Response:
    """Merge another film into this one."""
    visibility_of = {"this": film_id, "other": body.other}.get(body.visibility)
    merge = Merge(film_id, body.other, visibility_of)
    await request.core.film_merging.merge(request.actor, request.unit, merge)
    return redirect(request, f"/manage/films/{film_id}", notice="film_merged")


@redisplay_on_error(_redisplay_film)
async def undo_merge(request: Request, film_id: int, body: UndoMergeForm) -> Response:
    """Undo the merge of another film into this one."""
    await request.core.film_merging.undo(request.actor, request.unit, body.merged)
    return redirect(request, f"/manage/films/{film_id}", notice="merge_undone")


async def show_duplicates(request: Request) -> Response:
    """Show films that may be the same."""
    found = await request.core.film_merging.duplicates(request.actor, request.unit)
    return await render(request, "manage/films/duplicates.html", duplicates=found)


async def dismiss_duplicate(request: Request, body: DuplicateForm) -> Response:
    """Record that two films are not the same."""
    await request.core.film_merging.dismiss(request.actor, request.unit, body.film, body.other)
    return redirect(request, "/manage/duplicates", notice="duplicate_dismissed")
