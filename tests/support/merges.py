"""Merges of films in tests, and what they must restore."""

from typing import Any

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.film_merging.model import Merge
from kinoteka.core.library.model import NewSelection
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.infrastructure.settings import Settings
from tests.support.accounts import actor_by_token, perform, sign_up, superuser_actor
from tests.support.databases import rows

ADDRESS = "192.0.2.1"
TABLES = (
    *("films", "film_values", "film_ids", "film_genres", "credits", "film_locks"),
    *("film_titles", "film_countries"),
    *("bookmarks", "selection_films", "film_redirects", "genre_counts", "director_counts"),
    *("possible_duplicates", "separations", "posters"),
)
RECORDS = "SELECT source_id, external_id, film_id, batch_id FROM film_values ORDER BY 1, 2"


async def merge(
    services: Services,
    actor: Actor,
    survivor_id: int,
    merged_id: int,
    visibility_of: int | None = None,
) -> EditableFilm:
    """Merge a film into the survivor."""
    request = Merge(survivor_id, merged_id, visibility_of)
    return await perform(services, services.film_merging.merge, actor, request)


async def undo(services: Services, actor: Actor, old_id: int) -> int:
    """Undo the merge of a film."""
    return await perform(services, services.film_merging.undo, actor, old_id)


def stored_catalogue(settings: Settings) -> dict[str, list[Any]]:
    """Return the rows of every table that a merge changes. Records are without their texts."""
    found = {table: sorted(rows(settings, f"SELECT * FROM {table}"), key=str) for table in TABLES}
    return found | {"film_values": rows(settings, RECORDS)}


async def member(services: Services, *permissions: str) -> Actor:
    """Return a new account with these permissions."""
    signed_in = await sign_up(services)
    if permissions:
        root = await superuser_actor(services)
        role = await perform(services, services.access.create_role, root, "some", permissions)
        await perform(services, services.access.assign_role, root, signed_in.account.id, role.id)
    actor = await actor_by_token(services, signed_in.token)
    assert actor is not None
    return actor


async def bookmark(services: Services, actor: Actor, film_id: int) -> None:
    await perform(services, services.bookmarks.add, actor, film_id)


async def bookmarked(services: Services, actor: Actor) -> list[int]:
    async with unit_of_work(services.database) as unit:
        listing = await services.bookmarks.list_films(actor, unit)
        return [film.id for film in (await listing.page(1)).items]


async def select(services: Services, actor: Actor, *film_ids: int) -> int:
    """Create a selection and return its id."""
    new = NewSelection(title="Best", description="", public=True, film_ids=list(film_ids))
    return (await perform(services, services.selections.create, actor, new)).id


async def selected(services: Services, actor: Actor, selection_id: int) -> list[int]:
    found = await perform(services, services.selections.get, actor, selection_id)
    return [film.id for film in found.films]


async def search(services: Services, actor: Actor, text: str) -> list[int]:
    async with unit_of_work(services.database) as unit:
        listing = await services.catalogue.films(actor, unit, FilmQuery(text=text), ADDRESS)
        return [film.id for film in (await listing.page(1)).items]
