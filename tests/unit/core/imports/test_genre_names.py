"""Common genres get names in other languages when they are created."""

import msgspec

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.model import FIELDS
from kinoteka.core.imports.genre_names import name_genres
from kinoteka.core.imports.record import FilmRecord
from kinoteka.core.imports.service import Import
from kinoteka.core.services import Services
from tests.support.accounts import perform, superuser_actor
from tests.support.databases import execute, rows, write_transaction

NAMES = (
    "SELECT genres.name, language, genre_names.name FROM genre_names"
    " JOIN genres ON genres.id = genre_id WHERE genres.id > 1 ORDER BY genres.name"
)


def run_import(services: Services, *genres: str) -> None:
    fields: dict[str, object] = dict.fromkeys(FIELDS)
    fields |= {"title": "One", "description": "", "genres": genres, "directors": ()}
    film = msgspec.convert(fields | {"external_id": "1", "votes": 0}, FilmRecord)
    Import("tests").run(services.settings, [[film]])


def test_import_names_new_genres(services: Services) -> None:
    run_import(services, "Drama", "Oddity", "Вестерн")
    assert rows(services.settings, NAMES) == [
        ("Drama", "ru", "Драма"),
        ("Вестерн", "en", "Western"),
    ]


def test_names_that_operators_have_changed_stay(services: Services) -> None:
    run_import(services, "Drama")
    execute(services.settings, "UPDATE genre_names SET name = 'Трагедия' WHERE genre_id > 1")
    with write_transaction(services.settings) as reader:
        name_genres(reader)
    assert rows(services.settings, NAMES) == [("Drama", "ru", "Трагедия")]


async def test_genre_of_a_film_that_is_added_by_hand_is_named(services: Services) -> None:
    root: Actor = await superuser_actor(services)
    values = {"title": "One", "genres": ("Horror", "Oddity")}
    await perform(services, services.film_editing.add, root, values)
    assert rows(services.settings, NAMES) == [("Horror", "ru", "Ужасы")]
