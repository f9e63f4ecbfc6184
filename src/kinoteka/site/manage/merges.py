"""Compare and merge films that are the same, undo merges, split films, list possible duplicates."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage.catalogue_schemas import (
    ComparisonQuery,
    DuplicateForm,
    DuplicatesQuery,
    MergeForm,
    SplitForm,
    UndoMergeForm,
)
from kinoteka.site.manage.films import show_film
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import moved, redirect, render

Show = Callable[..., Awaitable[Response]]


def moved_if_merged(path: str) -> Callable[[Show], Show]:
    """Redirect from the page of a merged film to that of the film that remains.

    `path` is the path of the page, with `{}` for the id.
    """

    def decorate(show: Show) -> Show:
        @wraps(show)
        async def handle(request: Request, film_id: int, *arguments: Any) -> Response:
            try:
                return await show(request, film_id, *arguments)
            except DomainError as error:
                survivor_id = error.parameters.get("film")
                if error.code is not Code.FILM_MERGED or error.parameters.get("old") != film_id:
                    raise
                return moved(request, path.format(survivor_id))

        return handle

    return decorate


open_film = moved_if_merged("/manage/films/{}")(show_film)


@moved_if_merged("/manage/films/{}/merge")
async def show_comparison(request: Request, film_id: int, query: ComparisonQuery) -> Response:
    """Show two films beside each other, before they are merged."""
    if query.other is None:
        return redirect(request, f"/manage/films/{film_id}")
    return await _show_comparison(request, film_id, query.other)


async def _show_comparison(
    request: Request, film_id: int, other_id: int, failed: PageError | None = None
) -> Response:
    films = await request.core.film_merging.compare(request.actor, request.unit, film_id, other_id)
    return await render(request, "manage/films/comparison.html", films=films, failed=failed)


async def _redisplay_comparison(
    request: Request, film_id: int, *, typed: MergeForm, failed: PageError
) -> Response:
    if failed.code == Code.FIELD_INVALID:
        return await show_film(request, film_id, failed=failed)
    return await _show_comparison(request, film_id, typed.other, failed)


@redisplay_on_error(_redisplay_comparison)
async def merge_films(request: Request, film_id: int, body: MergeForm) -> Response:
    """Merge two films."""
    merge = body.merge(film_id)
    await request.core.film_merging.merge(request.actor, request.unit, merge)
    return redirect(request, f"/manage/films/{merge.survivor_id}", notice="film_merged")


async def _redisplay_film(
    request: Request, film_id: int, *, typed: object, failed: PageError
) -> Response:
    del typed
    return await show_film(request, film_id, failed=failed)


@redisplay_on_error(_redisplay_film)
async def undo_merge(request: Request, film_id: int, body: UndoMergeForm) -> Response:
    """Undo the merge of another film into this one."""
    await request.core.film_merging.undo(request.actor, request.unit, body.merged)
    return redirect(request, f"/manage/films/{film_id}", notice="merge_undone")


async def _show_split(
    request: Request,
    film_id: int,
    *,
    typed: SplitForm | None = None,
    failed: PageError | None = None,
) -> Response:
    records = await request.core.film_splitting.records(request.actor, request.unit, film_id)
    film = await request.core.film_editing.get(request.actor, request.unit, film_id)
    form = typed or SplitForm()
    return await render(
        request, "manage/films/split.html", film=film, records=records, form=form, failed=failed
    )


@moved_if_merged("/manage/films/{}/split")
async def show_split(request: Request, film_id: int) -> Response:
    """Show the records of a film, to choose those that are of another film."""
    return await _show_split(request, film_id)


@redisplay_on_error(_show_split)
async def split_film(request: Request, film_id: int, body: SplitForm) -> Response:
    """Split a film into two."""
    split = body.split(film_id)
    new_id = await request.core.film_splitting.split(request.actor, request.unit, split)
    return redirect(request, f"/manage/films/{new_id}", notice="film_split")


async def show_duplicates(request: Request, query: DuplicatesQuery) -> Response:
    """Show films that may be the same."""
    page = await request.core.film_merging.duplicates(request.actor, request.unit, query.position())
    following = None if page.next is None else query.text(page.next)
    return await render(
        request, "manage/films/duplicates.html", pairs=page.pairs, next=following, query=query
    )


async def dismiss_duplicate(request: Request, body: DuplicateForm) -> Response:
    """Record that two films are not the same."""
    await request.core.film_merging.dismiss(request.actor, request.unit, body.film, body.other)
    after = f"?after={body.after}" if DuplicatesQuery(body.after).position() else ""
    return redirect(request, f"/manage/duplicates{after}", notice="duplicate_dismissed")
