"""Films as operators see and change them."""

from kinoteka.core.catalogue.listing import Page
from kinoteka.core.catalogue.model import Film
from kinoteka.http.mechanics.response import Answer
from kinoteka.http.policy.request import Call
from kinoteka.site.manage.catalogue_shapes import (
    FilmForm,
    FilmLabelForm,
    FilmShowForm,
    FilmsQuery,
)
from kinoteka.site.ui.failures import Failure, shown_again_by
from kinoteka.site.ui.pages import redirect, render

PAGE_SIZE = 30


async def show_films(call: Call, query: FilmsQuery) -> Answer:
    """Every film, found by its title or id, or by its label."""
    labels = await call.core.access.label_ids(call.unit)
    listing = await call.core.editing.films(call.actor, call.unit, query.wanted(), call.address)
    page: Page[Film] = await listing.page(query.page, PAGE_SIZE)
    names = {label_id: name for name, label_id in labels.items()}
    return await render(
        call,
        "manage/films/list.html",
        part="films",
        query=query,
        page=page,
        labels=sorted(labels),
        label_names=names,
    )


async def show_film(
    call: Call, film_id: int, *, typed: FilmForm | None = None, failed: Failure | None = None
) -> Answer:
    """One film with all that may be changed."""
    film = await call.core.editing.get(call.actor, call.unit, film_id)
    return await render(
        call,
        "manage/films/film.html",
        film=film,
        form=typed or FilmForm.of(film),
        labels=sorted(await call.core.access.label_ids(call.unit)),
        failed=failed,
    )


@shown_again_by(show_film)
async def save_film(call: Call, film_id: int, body: FilmForm) -> Answer:
    """Change a film."""
    await call.core.editing.edit(
        call.actor, call.unit, film_id, body.fields(), body.version or None
    )
    return redirect(call, f"/manage/films/{film_id}", notice="film_saved")


async def show_new_film(
    call: Call, *, typed: FilmForm | None = None, failed: Failure | None = None
) -> Answer:
    """The form of a film to be."""
    return await render(call, "manage/films/new.html", form=typed or FilmForm(), failed=failed)


@shown_again_by(show_new_film)
async def add_film(call: Call, body: FilmForm) -> Answer:
    """Add a film that no import has brought."""
    film_id = await call.core.editing.add(call.actor, call.unit, body.fields())
    return redirect(call, f"/manage/films/{film_id}", notice="film_added")


async def label_film(call: Call, film_id: int, body: FilmLabelForm) -> Answer:
    """Put a film under an access label, or under none."""
    await call.core.labels.set_label(call.actor, call.unit, film_id, body.label or None)
    return redirect(call, f"/manage/films/{film_id}", notice="film_labelled")


async def hide_film(call: Call, film_id: int) -> Answer:
    """Let a film be seen by operators alone."""
    await call.core.labels.hide(call.actor, call.unit, film_id)
    return redirect(call, f"/manage/films/{film_id}", notice="film_hidden")


async def _show_film_again_refused(
    call: Call, film_id: int, *, typed: FilmShowForm, failed: Failure
) -> Answer:
    del typed
    return await show_film(call, film_id, failed=failed)


@shown_again_by(_show_film_again_refused)
async def show_film_again(call: Call, film_id: int, body: FilmShowForm) -> Answer:
    """Show a hidden film again."""
    await call.core.labels.show(call.actor, call.unit, film_id, body.wanted())
    return redirect(call, f"/manage/films/{film_id}", notice="film_shown")


async def lead_to_film(call: Call, film_id: int) -> Answer:
    """Whoever asks for a form's address by itself gets the film's page."""
    return redirect(call, f"/manage/films/{film_id}")
