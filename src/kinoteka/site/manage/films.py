"""Films as operators see and change them."""

from kinoteka.core.catalogue.listing import Page
from kinoteka.core.catalogue.model import FIELDS, Film
from kinoteka.http.mechanics.response import Response
from kinoteka.http.policy.request import Request
from kinoteka.site.manage.catalogue_schemas import (
    FILM_FORM,
    FilmForm,
    FilmLabelForm,
    FilmShowForm,
    FilmsQuery,
    UnlockForm,
)
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render

PAGE_SIZE = 30


async def show_films(request: Request, query: FilmsQuery) -> Response:
    """Every film, found by its title or id, or by its label."""
    labels = await request.core.access.label_ids(request.unit)
    listing = await request.core.film_editing.films(
        request.actor, request.unit, query.wanted(), request.address
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
    request: Request, film_id: int, *, typed: FilmForm | None = None, failed: Failure | None = None
) -> Response:
    """One film with all that may be changed."""
    film = await request.core.film_editing.get(request.actor, request.unit, film_id)
    return await render(
        request,
        "manage/films/film.html",
        film=film,
        form=typed or FilmForm.of(film),
        fields=FIELDS,
        labels=sorted(await request.core.access.label_ids(request.unit)),
        failed=failed,
    )


@shown_again_by(show_film)
async def save_film(request: Request, film_id: int, body: FilmForm) -> Response:
    """Change a film."""
    await request.core.film_editing.edit(
        request.actor, request.unit, film_id, body.typed(), body.version or None
    )
    return redirect(request, f"/manage/films/{film_id}", notice="film_saved")


async def unlock_field(request: Request, film_id: int, body: UnlockForm) -> Response:
    """Let imports change a field again."""
    await request.core.film_editing.unlock(request.actor, request.unit, film_id, body.field)
    return redirect(request, f"/manage/films/{film_id}", notice="field_unlocked")


async def show_new_film(
    request: Request, *, typed: FilmForm | None = None, failed: Failure | None = None
) -> Response:
    """The form of a film to be."""
    return await render(
        request, "manage/films/new.html", form=typed or FILM_FORM(), fields=FIELDS, failed=failed
    )


@shown_again_by(show_new_film)
async def add_film(request: Request, body: FilmForm) -> Response:
    """Add a film that no import has brought."""
    film_id = await request.core.film_editing.add(request.actor, request.unit, body.typed())
    return redirect(request, f"/manage/films/{film_id}", notice="film_added")


async def label_film(request: Request, film_id: int, body: FilmLabelForm) -> Response:
    """Put a film under an access label, or under none."""
    await request.core.labels.set_label(request.actor, request.unit, film_id, body.label or None)
    return redirect(request, f"/manage/films/{film_id}", notice="film_labelled")


async def hide_film(request: Request, film_id: int) -> Response:
    """Let a film be seen by operators alone."""
    await request.core.labels.hide(request.actor, request.unit, film_id)
    return redirect(request, f"/manage/films/{film_id}", notice="film_hidden")


async def _show_film_again_refused(
    request: Request, film_id: int, *, typed: FilmShowForm, failed: Failure
) -> Response:
    del typed
    return await show_film(request, film_id, failed=failed)


@shown_again_by(_show_film_again_refused)
async def show_film_again(request: Request, film_id: int, body: FilmShowForm) -> Response:
    """Show a hidden film again."""
    await request.core.labels.show(request.actor, request.unit, film_id, body.wanted())
    return redirect(request, f"/manage/films/{film_id}", notice="film_shown")


async def lead_to_film(request: Request, film_id: int) -> Response:
    """Whoever asks for a form's address by itself gets the film's page."""
    return redirect(request, f"/manage/films/{film_id}")
