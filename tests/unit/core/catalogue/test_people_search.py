"""People are found by their names, and only if the reader sees a film of them."""

import pytest

from kinoteka.database.unit import unit_of_work
from kinoteka.errors import DomainError
from tests.support.accounts import anonymous_actor, superuser_actor
from tests.support.films import PREMIUM, SampleFilm, fill_catalogue

FILMS = (
    SampleFilm("Stalker", 1979, directors=("Andrei Tarkovsky",), votes=100),
    SampleFilm("Andrei", 2000, directors=("Someone Else",), votes=900),
    SampleFilm("Other", 1981, directors=("Andrei Konchalovsky",), votes=300),
    SampleFilm("Labelled", 1990, directors=("Andrei Hidden",), label=PREMIUM),
)


@pytest.fixture
async def find(services):
    fill_catalogue(services.settings, FILMS)
    await services.revisions.refresh()

    async def find(text, actor=None):
        async with unit_of_work(services.database) as unit:
            found = await services.people_search.find(
                actor or await anonymous_actor(services), unit, text, 10
            )
        return [person.name for person in found]

    return find


@pytest.mark.parametrize("text", ["tarkovsky", "Тарковский", "tarkovskij", "tark", "tarkovksy"])
async def test_person_is_found_in_any_spelling(find, text):
    assert await find(text) == ["Andrei Tarkovsky"]


async def test_people_with_popular_films_come_first(find):
    assert await find("andrei") == ["Andrei Konchalovsky", "Andrei Tarkovsky"]


async def test_person_without_visible_film_is_not_found(find, services):
    assert await find("hidden") == []
    assert await find("hidden", await superuser_actor(services)) == ["Andrei Hidden"]


@pytest.mark.parametrize("text", ["", "  ", "zzzqqq", "1979", "'"])
async def test_text_without_a_name_finds_nobody(find, text):
    assert await find(text) == []


async def test_overlong_text_is_rejected(find):
    with pytest.raises(DomainError):
        await find("a" * 900)
