"""Operators edit the credits, titles, countries and ids of films."""

import pytest
from msgspec.structs import asdict, replace

from kinoteka.core.access.model import Actor
from kinoteka.core.audit.model import AuditFilter
from kinoteka.core.catalogue.model import Director, FilmQuery
from kinoteka.core.catalogue.parts.queries import FilmTitle
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.film_editing.parts.model import EditedCredit, EditedParts
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.record import Credit, FilmRecord
from kinoteka.core.imports.service import Import
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import perform, superuser_actor
from tests.support.databases import execute, rows
from tests.support.errors import raises_error

PARTS = EditedParts(
    cast=(
        EditedCredit("writing", "Alexander Misharin", "Screenplay"),
        EditedCredit("acting", "Margarita Terekhova", "Natalia"),
        EditedCredit("acting", "Oleg Yankovsky"),
    ),
    titles=(FilmTitle("ru", "original", "Зеркало"), FilmTitle("", "alternative", "A White Day")),
    countries=("SU", "FR"),
    ids=(("imdb", "tt0072443"), ("kinopoisk", "43911")),
)
ROW = film(
    "7",
    "Alien",
    ids=(("imdb", "tt0078748"),),
    titles=(("ru", "translation", "Чужой"),),
    countries=("GB",),
    credits=(Credit("acting", "Sigourney Weaver", "Ripley"),),
)


@pytest.fixture
async def root(services: Services) -> Actor:
    return await superuser_actor(services)


async def get(services: Services, root: Actor, film_id: int) -> EditableFilm:
    return await perform(services, services.film_editing.get, root, film_id)


async def edit(services: Services, root: Actor, film_id: int, **parts: object) -> EditableFilm:
    before = await get(services, root, film_id)
    values = asdict(before.fields) | parts
    return await perform(services, services.film_editing.edit, root, film_id, values)


async def import_films(services: Services, *films: FilmRecord) -> int:
    Import("club").run(services.settings, [films])
    await services.revisions.refresh()
    return rows(services.settings, "SELECT film_id FROM film_values WHERE external_id = '7'")[0]


def add_person(services: Services, person_id: int, name: str) -> None:
    insert = "INSERT INTO people (id, name, name_key, sort_key) VALUES (?, ?, ?, ?)"
    execute(services.settings, insert, person_id, name, name.lower(), name.lower())


def credit(person: str) -> tuple[EditedCredit, ...]:
    return (EditedCredit("acting", person),)


async def person_ids(services: Services, film_id: int) -> list[int]:
    sql = "SELECT person_id FROM credits WHERE film_id = ? AND department = 3 ORDER BY position"
    return rows(services.settings, sql, film_id)


async def test_edit_stores_every_part_in_order(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    revision = services.revisions.value("catalogue")
    await edit(services, root, films["Mirror"], **asdict(PARTS))
    assert (await get(services, root, films["Mirror"])).parts == PARTS
    assert services.revisions.value("catalogue") > revision
    moved = (PARTS.cast[0], PARTS.cast[2], PARTS.cast[1])
    await edit(services, root, films["Mirror"], cast=moved, titles=(), countries=("FR",))
    found = (await get(services, root, films["Mirror"])).parts
    assert found == EditedParts(cast=moved, countries=("FR",), ids=PARTS.ids)


async def test_film_is_found_by_edited_titles_and_people(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    await edit(services, root, films["Mirror"], **asdict(PARTS))
    async with unit_of_work(services.database) as unit:
        for text in ("a white day", "oleg yankovsky"):
            found = await services.catalogue.films(root, unit, FilmQuery(text=text), "192.0.2.1")
            assert [each.id for each in (await found.page(1)).items] == [films["Mirror"]]


async def test_film_is_added_with_its_parts(services: Services, root: Actor) -> None:
    values = {"title": "Mirror", **asdict(PARTS)}
    film_id = await perform(services, services.film_editing.add, root, values)
    assert (await get(services, root, film_id)).parts == PARTS


async def test_edit_with_an_older_version_is_rejected(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    before = await get(services, root, films["Mirror"])
    await edit(services, root, films["Mirror"], countries=("SU",))
    values = asdict(before.fields) | {"countries": ("FR",)}
    with raises_error(Code.FILM_CHANGED):
        await perform(services, services.film_editing.edit, root, before.id, values, before.version)


async def test_edit_names_the_parts_in_the_audit_log(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    await edit(services, root, films["Mirror"], cast=PARTS.cast, countries=("SU",))
    query = AuditFilter(subject_kind="film")
    (entry, *_) = (await perform(services, services.audit.entries, root, query)).entries
    assert entry.details["fields"] == ["cast", "countries"]
    assert entry.details["countries"] == [[], ["SU"]]


async def test_imports_leave_edited_parts_as_they_are(services: Services, root: Actor) -> None:
    film_id = await import_films(services, ROW)
    edited = await edit(services, root, film_id, **asdict(PARTS))
    assert edited.locked == ("cast", "titles", "countries", "ids")
    await import_films(services, replace(ROW, votes=9))
    assert (await get(services, root, film_id)).parts == PARTS


async def test_import_restores_parts_once_their_locks_are_removed(
    services: Services, root: Actor
) -> None:
    film_id = await import_films(services, ROW)
    imported = (await get(services, root, film_id)).parts
    await edit(services, root, film_id, **asdict(PARTS))
    for part in ("cast", "titles", "countries", "ids"):
        await perform(services, services.film_editing.unlock, root, film_id, part)
    await import_films(services, ROW)
    assert (await get(services, root, film_id)).parts == imported


async def test_name_of_one_person_is_that_person(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    add_person(services, 901, "Ann Lee")
    await edit(services, root, films["Mirror"], cast=credit("ann lee"))
    assert await person_ids(services, films["Mirror"]) == [901]


async def test_people_with_one_name_are_told_apart_by_their_numbers(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    for person_id in (901, 902):
        add_person(services, person_id, "Ann Lee")
    with raises_error(Code.FIELD_INVALID, field="cast", reason="person_ambiguous"):
        await edit(services, root, films["Mirror"], cast=credit("Ann Lee"))
    for wrong in ("Ann Lee #903", "Bob #901"):
        with raises_error(Code.FIELD_INVALID, field="cast", reason="person_unknown"):
            await edit(services, root, films["Mirror"], cast=credit(wrong))
    await edit(services, root, films["Mirror"], cast=credit("Ann Lee #902"))
    assert await person_ids(services, films["Mirror"]) == [902]
    assert (await get(services, root, films["Mirror"])).parts.cast == credit("Ann Lee #902")


async def test_another_person_with_a_known_name_can_be_added(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    add_person(services, 901, "Ann Lee")
    await edit(services, root, films["Mirror"], cast=credit("Ann Lee #new"))
    (added,) = await person_ids(services, films["Mirror"])
    assert added != 901


async def test_several_roles_of_a_person_become_one_text(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    roles = (EditedCredit("acting", "Ann", "Queen"), EditedCredit("acting", "ann", "Maid"))
    await edit(services, root, films["Mirror"], cast=roles)
    found = (await get(services, root, films["Mirror"])).parts.cast
    assert [each.role for each in found] == ["Queen / Maid"]


async def test_id_of_another_film_is_rejected(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    ids = (("imdb", "tt0072443"),)
    await edit(services, root, films["Mirror"], ids=ids)
    with raises_error(Code.FIELD_INVALID, field="imdb", reason="id_taken"):
        await edit(services, root, films["Ran"], ids=ids)


async def test_namesakes_have_films_that_tell_them_apart(
    services: Services, films: dict[str, int], root: Actor
) -> None:
    for person_id in (901, 902):
        add_person(services, person_id, "Ann Lee")
    await edit(services, root, films["Mirror"], cast=credit("Ann Lee #902"))
    editing = services.film_editing
    found = await perform(services, editing.namesakes, root, ["Ann Lee", "Bob", "Ann Lee #902"])
    assert [(each.id, each.films) for each in found.pop("Ann Lee")] == [
        (901, ()),
        (902, ("Mirror (1975)",)),
    ]
    assert found == {}
    described = await perform(services, editing.describe_people, root, [Director(902, "Ann Lee")])
    assert [each.name for each in described] == ["Ann Lee #902"]
