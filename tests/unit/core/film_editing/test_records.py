"""Records of films, and how lists return to them when their locks are removed."""

import json
from typing import Any

import msgspec
import pytest
from msgspec.structs import asdict, replace

from kinoteka.core.catalogue.model import FilmAccess, FilmFields
from kinoteka.core.catalogue.parts.queries import FilmTitle
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.film_editing.parts.model import EditedCredit, EditedParts
from kinoteka.core.film_editing.records import record_of
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.record import Credit, FilmRecord
from kinoteka.core.imports.service import Import
from kinoteka.core.services import Services
from tests.support.accounts import perform, superuser_actor
from tests.support.databases import rows

ALIEN = replace(
    film("7", "Alien", year=1979, directors=["Ridley Scott"]),
    credits=(
        Credit("directing", "Ridley Scott", "", (("imdb", "nm0000631"),)),
        Credit("acting", "John Hurt", "Kane"),
    ),
    titles=(("ru", "translation", "Чужой"),),
    countries=("GB",),
)


def without_values(**values: object) -> EditableFilm:
    """Return a film with these fields, and without values in the others."""
    empty = dict.fromkeys(
        ("original_title", "year", "rating", "runtime_minutes", "trailer", "poster")
    )
    texts = {"title": "Alien", "description": "", "genres": (), "directors": ()}
    fields = msgspec.convert(empty | texts | values, FilmFields)
    access = FilmAccess(1, "Alien", None, None, hidden=False, label_lost=False)
    return EditableFilm(1, fields, (), votes=0, access=access)


def test_record_has_the_fields_with_a_value() -> None:
    film = without_values(year=1979, genres=["Horror"])
    assert record_of(film, [("imdb", "tt0078748")]) == {
        "title": "Alien",
        "year": 1979,
        "genres": ("Horror",),
        "ids": (("imdb", "tt0078748"),),
    }


def test_record_of_a_film_without_values_has_its_title() -> None:
    assert record_of(without_values(), []) == {"title": "Alien"}


async def test_record_has_the_lists_of_the_film(services: Services) -> None:
    Import("club").run(services.settings, [[ALIEN]])
    await services.revisions.refresh()
    root = await superuser_actor(services)
    (film_id,) = rows(services.settings, "SELECT film_id FROM film_values WHERE external_id = '7'")
    edited = await perform(services, services.film_editing.get, root, film_id)
    fields = asdict(edited.fields) | {"title": "Mine"}
    await perform(services, services.film_editing.edit, root, film_id, fields)
    (text,) = rows(services.settings, "SELECT record FROM film_values WHERE external_id = '7'")
    record = json.loads(text)
    assert record["credits"] == [
        [1, "Ridley Scott", "", "imdb", "nm0000631"],
        [3, "John Hurt", "Kane", "", ""],
    ]
    assert (record["titles"], record["countries"]) == ([["ru", "translation", "Чужой"]], ["GB"])


LISTS = ("cast", "titles", "countries")
IDS = (("imdb", "tt0078748"),)
CLUB = replace(ALIEN, ids=IDS)
EDITED = {
    "cast": (EditedCredit("acting", "Nobody", "Ash"),),
    "titles": (FilmTitle("de", "translation", "Fremder"),),
    "countries": ("FR", "IT"),
}
OF_CLUB = EditedParts(
    cast=(EditedCredit("acting", "John Hurt", "Kane"),),
    titles=(FilmTitle("ru", "translation", "Чужой"),),
    countries=("GB",),
    ids=IDS,
)


class ImportedFilm:
    """A film of imports, as an operator sees and edits it."""

    def __init__(self, services: Services, root: Any) -> None:
        self._services, self._root = services, root

    async def import_(self, source: str, record: FilmRecord) -> None:
        Import(source).run(self._services.settings, [[record]])
        await self._services.revisions.refresh()

    async def read(self) -> EditableFilm:
        (film_id,) = set(rows(self._services.settings, "SELECT film_id FROM film_values"))
        return await perform(self._services, self._services.film_editing.get, self._root, film_id)

    async def edit(self, **values: object) -> None:
        film = await self.read()
        fields = asdict(film.fields) | values
        await perform(self._services, self._services.film_editing.edit, self._root, film.id, fields)

    async def unlock(self, *fields: str) -> None:
        film = await self.read()
        for field in fields:
            unlock = self._services.film_editing.unlock
            await perform(self._services, unlock, self._root, film.id, field)


@pytest.fixture
async def alien(services: Services) -> ImportedFilm:
    return ImportedFilm(services, await superuser_actor(services))


@pytest.mark.parametrize("name", LISTS)
async def test_list_returns_to_its_source_when_only_its_lock_is_removed(
    alien: ImportedFilm, name: str
) -> None:
    await alien.import_("club", CLUB)
    await alien.edit(**EDITED)
    await alien.import_("club", CLUB)
    film = await alien.read()
    assert film.parts == replace(OF_CLUB, **EDITED)
    assert film.locked == LISTS
    await alien.unlock(name)
    await alien.import_("club", CLUB)
    others = {each: value for each, value in EDITED.items() if each != name}
    assert (await alien.read()).parts == replace(OF_CLUB, **others)


async def test_lists_return_to_their_source_when_another_field_was_edited_after_the_unlock(
    alien: ImportedFilm,
) -> None:
    await alien.import_("club", CLUB)
    await alien.edit(**EDITED)
    await alien.unlock(*LISTS)
    await alien.edit(title="Mine")
    await alien.import_("club", CLUB)
    film = await alien.read()
    assert film.parts == OF_CLUB
    assert film.fields.title == "Mine"


@pytest.mark.parametrize("again", ["club", "other"])
async def test_lists_return_to_the_sources_by_rank_when_either_is_imported_again(
    alien: ImportedFilm, again: str
) -> None:
    """One source has the credits, the other the titles and countries."""
    records = {
        "club": replace(CLUB, titles=(), countries=()),
        "other": replace(
            CLUB,
            external_id="alien",
            credits=(Credit("acting", "Tom Skerritt", "Dallas"),),
            countries=("US",),
        ),
    }
    for source, record in records.items():
        await alien.import_(source, record)
    before = (await alien.read()).parts
    assert before.cast == OF_CLUB.cast
    await alien.edit(**EDITED)
    await alien.import_(again, records[again])
    assert (await alien.read()).parts == replace(before, **EDITED)
    await alien.unlock(*LISTS)
    await alien.import_(again, records[again])
    film = await alien.read()
    assert film.parts == before
    assert film.locked == ()
