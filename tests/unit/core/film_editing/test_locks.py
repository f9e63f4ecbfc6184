"""Operators' edits lock fields against imports, and operators remove the locks."""

import msgspec
import pytest
from msgspec.structs import asdict
from sqlalchemy import bindparam, delete

from kinoteka.core.access.model import Actor
from kinoteka.core.audit.model import Action, AuditFilter
from kinoteka.core.catalogue.model import FilmQuery
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.record import FilmRecord
from kinoteka.core.imports.service import Import
from kinoteka.core.services import Services
from kinoteka.database.schema import films
from kinoteka.database.statement import Statement
from kinoteka.database.unit import unit_of_work
from tests.support.accounts import perform, superuser_actor
from tests.support.databases import rows
from tests.support.films import PREMIUM

DELETE_FILM: Statement[tuple[()]] = Statement(
    delete(films).where(films.c.id == bindparam("film_id"))
)
ROW = film("7", "Alien", year=1979, votes=5, genres=["Horror"])


@pytest.fixture
async def root(services: Services) -> Actor:
    return await superuser_actor(services)


async def import_films(services: Services, *films: FilmRecord, **options) -> int:
    Import("club", **options).run(services.settings, [films])
    await services.revisions.refresh()
    return rows(services.settings, "SELECT film_id FROM film_values WHERE external_id = '7'")[0]


async def get(services: Services, root: Actor, film_id: int) -> EditableFilm:
    return await perform(services, services.film_editing.get, root, film_id)


async def edit(services: Services, root: Actor, film_id: int, **values: object) -> EditableFilm:
    film_before = await get(services, root, film_id)
    fields = asdict(film_before.fields) | values
    return await perform(services, services.film_editing.edit, root, film_id, fields)


async def search(services: Services, root: Actor, text: str) -> list[int]:
    async with unit_of_work(services.database) as unit:
        listing = await services.catalogue.films(root, unit, FilmQuery(text=text), "192.0.2.1")
        return [each.id for each in (await listing.page(1)).items]


async def film_entries(services: Services, root: Actor) -> list:
    query = AuditFilter(subject_kind="film")
    return (await perform(services, services.audit.entries, root, query)).entries


async def test_edit_locks_the_fields_that_it_changes(services: Services, root: Actor) -> None:
    film_id = await import_films(services, ROW)
    edited = await edit(services, root, film_id, title="Mine", year=1980)
    assert edited.locked == ("title", "year")
    edited = await edit(services, root, film_id, genres=("Slime",))
    assert edited.locked == ("title", "year", "genres")
    assert (await get(services, root, film_id)).locked == edited.locked


async def test_edit_stores_what_the_source_says(services: Services, root: Actor) -> None:
    film_id = await import_films(services, ROW)
    await edit(services, root, film_id, title="Mine", genres=("Slime",))
    await edit(services, root, film_id, title="Mine again")
    sql = "SELECT record FROM film_values WHERE film_id = ?"
    (record,) = rows(services.settings, sql, film_id)
    expected = {"title": "Alien", "year": 1979, "votes": 5, "genres": ["Horror"]}
    assert msgspec.json.decode(record) == expected


async def test_edit_that_changes_nothing_locks_nothing(services: Services, root: Actor) -> None:
    film_id = await import_films(services, ROW)
    assert (await edit(services, root, film_id)).locked == ()


async def test_film_added_by_hand_has_no_locks(services: Services, root: Actor) -> None:
    film_id = await perform(services, services.film_editing.add, root, {"title": "Mine"})
    assert (await edit(services, root, film_id, title="Ours")).locked == ()


async def test_import_of_other_votes_leaves_edited_fields_as_they_are(
    services: Services, root: Actor
) -> None:
    film_id = await import_films(services, ROW)
    await edit(services, root, film_id, title="Mine Own", genres=("Horror", "Slime"))
    assert await import_films(services, msgspec.structs.replace(ROW, votes=6, year=1980)) == film_id
    film_now = await get(services, root, film_id)
    assert (film_now.fields.title, film_now.fields.genres) == ("Mine Own", ("Horror", "Slime"))
    assert (film_now.fields.year, film_now.votes) == (1980, 6)
    assert await search(services, root, "mine own") == [film_id]


async def test_import_with_label_rules_leaves_edited_fields_as_they_are(
    services: Services, root: Actor
) -> None:
    film_id = await import_films(services, ROW)
    await edit(services, root, film_id, title="Mine")
    await import_films(services, msgspec.structs.replace(ROW, label=PREMIUM), labels=[PREMIUM])
    film_now = await get(services, root, film_id)
    assert (film_now.fields.title, film_now.access.label) == ("Mine", PREMIUM)


async def test_import_restores_a_field_once_its_lock_is_removed(
    services: Services, root: Actor
) -> None:
    film_id = await import_films(services, ROW)
    await edit(services, root, film_id, title="Mine", description="Mine, too.")
    await perform(services, services.film_editing.unlock, root, film_id, "title")
    assert (await get(services, root, film_id)).locked == ("description",)
    await import_films(services, ROW)
    film_now = await get(services, root, film_id)
    assert (film_now.fields.title, film_now.fields.description) == ("Alien", "Mine, too.")


async def test_hidden_film_stays_hidden_and_edited(services: Services, root: Actor) -> None:
    film_id = await import_films(services, ROW)
    await edit(services, root, film_id, title="Mine")
    await perform(services, services.labels.hide, root, film_id)
    await import_films(services, msgspec.structs.replace(ROW, votes=6))
    film_now = await get(services, root, film_id)
    assert (film_now.fields.title, film_now.access.hidden, film_now.votes) == ("Mine", True, 6)


async def test_locks_and_their_removal_are_recorded(services: Services, root: Actor) -> None:
    film_id = await import_films(services, ROW)
    await edit(services, root, film_id, title="Mine")
    await edit(services, root, film_id, title="Ours")
    await perform(services, services.film_editing.unlock, root, film_id, "title")
    await perform(services, services.film_editing.unlock, root, film_id, "title")
    removed, again, first = await film_entries(services, root)
    assert (removed.action, removed.details) == (Action.FILM_UNLOCKED, {"fields": ["title"]})
    assert first.details["locked"] == ["title"]
    assert "locked" not in again.details


async def test_locks_are_deleted_with_their_film(services: Services, root: Actor) -> None:
    film_id = await import_films(services, ROW)
    await edit(services, root, film_id, title="Mine")
    assert rows(services.settings, "SELECT film_id, field FROM film_locks") == [(film_id, "title")]
    async with unit_of_work(services.database) as unit:
        await unit.run(DELETE_FILM, film_id=film_id)
    assert rows(services.settings, "SELECT field FROM film_locks") == []


async def test_film_with_ids_on_other_sites_is_edited(services: Services, root: Actor) -> None:
    with_ids = msgspec.structs.replace(ROW, ids=(("imdb", "tt0078748"),))
    film_id = await import_films(services, with_ids)
    fields = asdict((await get(services, root, film_id)).fields) | {"title": "Xenomorph"}
    await perform(services, services.film_editing.edit, root, film_id, fields)
    (record,) = rows(services.settings, "SELECT record FROM film_values")
    assert msgspec.json.decode(record)["ids"] == [["imdb", "tt0078748"]]
