"""What belongs to one film is read in its order."""

from kinoteka.core.catalogue.parts.queries import FilmTitle
from kinoteka.core.catalogue.parts.service import read_credited, read_parts, read_person
from kinoteka.core.services import Services
from kinoteka.database.schema import Department
from kinoteka.database.unit import Unit
from kinoteka.errors import Code
from tests.support.accounts import anonymous_actor
from tests.support.databases import execute
from tests.support.errors import raises_error


def add_parts(services: Services, film_id: int) -> None:
    settings = services.settings
    for person_id, name in ((901, "Ann"), (902, "Bob")):
        insert = "INSERT INTO people (id, name, name_key, sort_key) VALUES (?, ?, ?, ?)"
        execute(settings, insert, person_id, name, name.lower(), name.lower())
    credit = "INSERT INTO credits VALUES (?, ?, ?, ?, ?)"
    for row in ((3, 0, 902, "Hero"), (3, 1, 901, None), (2, 0, 901, None)):
        execute(settings, credit, film_id, *row)
    title = "INSERT INTO film_titles VALUES (?, 0, 'ru', 'translation', 'Зеркало')"
    execute(settings, title, film_id)
    for position, country in enumerate(("SU", "FR")):
        country_row = "INSERT INTO film_countries (film_id, country, position) VALUES (?, ?, ?)"
        execute(settings, country_row, film_id, country, position)
    execute(settings, "INSERT INTO film_ids VALUES ('kinopoisk', '7', ?)", film_id)


async def test_parts_of_a_film_are_in_their_order(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    add_parts(services, films["Mirror"])
    parts = await read_parts(unit, films["Mirror"])
    assert [(each.name, each.role) for each in parts.cast] == [("Bob", "Hero"), ("Ann", None)]
    assert [each.name for each in parts.writers] == ["Ann"]
    assert parts.titles == (FilmTitle("ru", "translation", "Зеркало"),)
    assert parts.countries == ("SU", "FR")
    assert parts.ids == {"kinopoisk": "7"}


async def test_film_without_parts_has_empty_ones(unit: Unit, films: dict[str, int]) -> None:
    parts = await read_parts(unit, films["Ran"])
    assert (parts.cast, parts.writers, parts.titles, parts.countries) == ((), (), (), ())


async def test_person_with_any_credit_has_a_page(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    add_parts(services, films["Mirror"])
    execute(services.settings, "DELETE FROM credits WHERE person_id = 901 AND department = 3")
    viewer = await anonymous_actor(services)
    assert (await read_person(viewer, unit, 901)).name == "Ann"
    assert await read_credited(viewer, unit, 901, Department.WRITING) == {films["Mirror"]: None}
    assert await read_credited(viewer, unit, 901, Department.ACTING) == {}


async def test_credited_films_have_the_roles_of_the_person(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    add_parts(services, films["Mirror"])
    viewer = await anonymous_actor(services)
    found = await read_credited(viewer, unit, 902, Department.ACTING)
    assert found == {films["Mirror"]: "Hero"}


async def test_person_without_a_visible_film_has_no_page(
    services: Services, unit: Unit, films: dict[str, int]
) -> None:
    add_parts(services, films["Zanzibar Nights"])
    with raises_error(Code.DIRECTOR_UNKNOWN):
        await read_person(await anonymous_actor(services), unit, 902)
