"""List, name and merge genres."""

import msgspec

from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage.genre_schemas import (
    AliasForm,
    GenreMergeForm,
    GenreMergeQuery,
    GenreNamesForm,
    GenresQuery,
)
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import moved, redirect, render

GENRES = "/manage/genres"


async def show_genres(request: Request, query: GenresQuery) -> Response:
    """Show the genres whose names contain a text."""
    found = await request.core.genre_editing.genres(
        request.actor, request.unit, query.q, query.page
    )
    return await render(request, "manage/genres/list.html", query=query, found=found)


async def show_genre(
    request: Request, genre_id: int, *, typed: object = None, failed: PageError | None = None
) -> Response:
    """Show a genre, or redirect to the genre that it was merged into."""
    try:
        genre = await request.core.genre_editing.get(request.actor, request.unit, genre_id)
    except DomainError as error:
        if error.code is not Code.GENRE_MERGED or failed is not None:
            raise
        return moved(request, f"{GENRES}/{error.parameters['genre']}")
    names = msgspec.structs.asdict(typed) if isinstance(typed, GenreNamesForm) else genre.names
    alias = typed.alias if isinstance(typed, AliasForm) else ""
    return await render(
        request, "manage/genres/genre.html", genre=genre, names=names, alias=alias, failed=failed
    )


async def open_genre(request: Request, genre_id: int) -> Response:
    """Show a genre."""
    return await show_genre(request, genre_id)


@redisplay_on_error(show_genre)
async def show_merge(request: Request, genre_id: int, query: GenreMergeQuery) -> Response:
    """Show what a merge of two genres will change."""
    if not query.other.strip():
        return redirect(request, f"{GENRES}/{genre_id}")
    core, actor, unit = request.core, request.actor, request.unit
    survivor_id = await core.genre_editing.find(actor, unit, query.other)
    found = await core.genre_editing.compare(actor, unit, survivor_id, genre_id)
    return await render(request, "manage/genres/merge.html", found=found)


@redisplay_on_error(show_genre)
async def merge_genres(request: Request, genre_id: int, body: GenreMergeForm) -> Response:
    """Merge a genre into another one."""
    await request.core.genre_editing.merge(request.actor, request.unit, body.other, genre_id)
    return redirect(request, f"{GENRES}/{body.other}", notice="genre_merged")


@redisplay_on_error(show_genre)
async def save_names(request: Request, genre_id: int, body: GenreNamesForm) -> Response:
    """Set the names of a genre in the languages of the site."""
    names = msgspec.structs.asdict(body)
    await request.core.genre_editing.set_names(request.actor, request.unit, genre_id, names)
    return redirect(request, f"{GENRES}/{genre_id}", notice="genre_saved")


@redisplay_on_error(show_genre)
async def add_alias(request: Request, genre_id: int, body: AliasForm) -> Response:
    """Add an alias of a genre."""
    await request.core.genre_editing.add_alias(request.actor, request.unit, genre_id, body.alias)
    return redirect(request, f"{GENRES}/{genre_id}", notice="alias_added")


@redisplay_on_error(show_genre)
async def remove_alias(request: Request, genre_id: int, body: AliasForm) -> Response:
    """Remove an alias of a genre."""
    await request.core.genre_editing.remove_alias(request.actor, request.unit, genre_id, body.alias)
    return redirect(request, f"{GENRES}/{genre_id}", notice="alias_removed")


async def redirect_to_genre(request: Request, genre_id: int) -> Response:
    """Redirect to the genre when an operator reopens the URL of a rejected form."""
    return redirect(request, f"{GENRES}/{genre_id}")
