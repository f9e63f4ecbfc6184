"""List, edit, label and hide films."""

from typing import Any

from kinoteka.core.access.model import FILMS_EDIT
from kinoteka.core.catalogue.listing import Page
from kinoteka.core.catalogue.model import Director, Film
from kinoteka.core.film_merging.model import AlikeFilm, MergedFilm
from kinoteka.core.media.model import MAX_UPLOAD_BYTES
from kinoteka.http.mechanics.response import Response
from kinoteka.http.mechanics.routes import Upload
from kinoteka.http.policy.request import Request
from kinoteka.http.policy.uploads import receive_upload
from kinoteka.site.manage.catalogue_schemas import (
    FilmLabelForm,
    FilmShowForm,
    FilmsQuery,
    NewFilmQuery,
    PeopleQuery,
    UnlockForm,
)
from kinoteka.site.manage.film_forms import FORM_FIELDS, FilmForm, form_context
from kinoteka.site.ui.error_pages import PageError, redisplay_on_error
from kinoteka.site.ui.pages import language_of, redirect, render

PAGE_SIZE = 30
MAX_SUGGESTIONS = 10
POSTER = Upload("file", MAX_UPLOAD_BYTES)


async def show_films(request: Request, query: FilmsQuery) -> Response:
    """Show films, with filters by title, id and label."""
    labels = await request.core.access.label_ids(request.unit)
    listing = await request.core.film_editing.films(
        request.actor, request.unit, query.film_query(), request.address
    )
    page: Page[Film] = await listing.page(query.page, PAGE_SIZE)
    names = {label_id: name for name, label_id in labels.items()}
    return await render(
        request,
        "manage/films/list.html",
        part="films",
        query=query,
        page=page,
        labels=sorted(labels),
        label_names=names,
    )


async def show_film(
    request: Request,
    film_id: int,
    *,
    typed: FilmForm | None = None,
    failed: PageError | None = None,
) -> Response:
    """Show the form of a film."""
    film = await request.core.film_editing.get(request.actor, request.unit, film_id)
    return await render(
        request,
        "manage/films/film.html",
        film=film,
        **await form_context(request, typed or FilmForm.from_film(film)),
        fields=FORM_FIELDS,
        labels=sorted(await request.core.access.label_ids(request.unit)),
        merged=await _merged_into(request, film_id),
        alike=await _alike(request, film_id),
        has_upload=await request.core.film_posters.is_uploaded(request.unit, film_id),
        failed=failed,
    )


@redisplay_on_error(show_film)
async def save_film(request: Request, film_id: int, body: FilmForm) -> Response:
    """Change a film, or show its form again with a row added, removed or moved."""
    if body.step:
        return await show_film(request, film_id, typed=body.after_step())
    await request.core.film_editing.edit(
        request.actor, request.unit, film_id, body.values(), body.version or None
    )
    return redirect(request, f"/manage/films/{film_id}", notice="film_saved")


async def suggest_people(request: Request, query: PeopleQuery) -> Response:
    """Show people whose names match the typed text, as options with films that tell them apart."""
    found = await request.core.people_search.find(
        request.actor, request.unit, query.q, MAX_SUGGESTIONS
    )
    people = await request.core.film_editing.describe_people(
        request.actor, request.unit, [Director(each.id, each.name) for each in found.people]
    )
    return await render(request, "manage/films/people.html", people=people)


async def _merged_into(request: Request, film_id: int) -> list[MergedFilm]:
    if not request.actor.may(FILMS_EDIT):
        return []
    return await request.core.film_merging.merged_into(request.actor, request.unit, film_id)


async def _alike(request: Request, film_id: int) -> list[AlikeFilm]:
    if not request.actor.may(FILMS_EDIT):
        return []
    return await request.core.film_merging.alike(request.actor, request.unit, film_id)


async def upload_poster(request: Request, film_id: int) -> Response:
    """Replace a film's poster with an uploaded picture."""
    return await _upload_poster(request, film_id, None)


@redisplay_on_error(show_film)
async def _upload_poster(request: Request, film_id: int, _: None) -> Response:
    # Receive the file here, so that the page can report a file that is too large.
    async with receive_upload(request, POSTER) as file:
        await request.core.film_posters.upload(request.actor, request.unit, film_id, file)
    return redirect(request, f"/manage/films/{film_id}", notice="poster_saved")


async def remove_poster(request: Request, film_id: int) -> Response:
    """Remove a film's uploaded poster."""
    await request.core.film_posters.remove_upload(request.actor, request.unit, film_id)
    return redirect(request, f"/manage/films/{film_id}", notice="poster_removed")


async def unlock_field(request: Request, film_id: int, body: UnlockForm) -> Response:
    """Let imports change a field again."""
    await request.core.film_editing.unlock(request.actor, request.unit, film_id, body.field)
    return redirect(request, f"/manage/films/{film_id}", notice="field_unlocked")


async def show_new_film(request: Request, query: NewFilmQuery) -> Response:
    """Show the form of a new film. A film of another site that was chosen fills it in."""
    lookup, language = request.core.film_lookup, language_of(request)
    film = None
    if query.film:
        film = await lookup.film(request.actor, query.film, language)
    matches = None
    if query.q and film is None:
        matches = await lookup.search(request.actor, query.q, language)
    form = FilmForm.blank() if film is None else FilmForm.from_fields(film.fields, film.parts)
    return await _render_new_film(
        request,
        form,
        query=query,
        matches=matches,
        lookup_failed=matches is None and film is None and bool(query.q or query.film),
    )


async def _redisplay_new_film(request: Request, *, typed: FilmForm, failed: PageError) -> Response:
    return await _render_new_film(request, typed, failed=failed)


async def _render_new_film(request: Request, form: FilmForm, **context: Any) -> Response:
    return await render(
        request,
        "manage/films/new.html",
        **await form_context(request, form),
        fields=FORM_FIELDS,
        can_look_up=request.core.film_lookup.is_available,
        **context,
    )


@redisplay_on_error(_redisplay_new_film)
async def add_film(request: Request, body: FilmForm) -> Response:
    """Add a film by hand, or show the form again with a row added, removed or moved."""
    if body.step:
        return await _render_new_film(request, body.after_step())
    film_id = await request.core.film_editing.add(request.actor, request.unit, body.values())
    return redirect(request, f"/manage/films/{film_id}", notice="film_added")


async def label_film(request: Request, film_id: int, body: FilmLabelForm) -> Response:
    """Set or remove the access label of a film."""
    await request.core.labels.set_label(request.actor, request.unit, film_id, body.label or None)
    return redirect(request, f"/manage/films/{film_id}", notice="film_labelled")


async def hide_film(request: Request, film_id: int) -> Response:
    """Hide a film from everybody but operators."""
    await request.core.labels.hide(request.actor, request.unit, film_id)
    return redirect(request, f"/manage/films/{film_id}", notice="film_hidden")


async def _redisplay_film(
    request: Request, film_id: int, *, typed: FilmShowForm, failed: PageError
) -> Response:
    del typed
    return await show_film(request, film_id, failed=failed)


@redisplay_on_error(_redisplay_film)
async def unhide_film(request: Request, film_id: int, body: FilmShowForm) -> Response:
    """Make a hidden film visible."""
    await request.core.labels.show(request.actor, request.unit, film_id, body.label_change())
    return redirect(request, f"/manage/films/{film_id}", notice="film_shown")


async def redirect_to_film(request: Request, film_id: int) -> Response:
    """Redirect to the film when an operator reopens the URL of a rejected form."""
    return redirect(request, f"/manage/films/{film_id}")
