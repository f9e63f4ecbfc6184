"""People are found by their names, and only if the viewer sees a film of theirs."""

import pytest

from kinoteka.database.film_search import index
from kinoteka.database.schema import Department
from kinoteka.database.search_entries import read_entries
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import DomainError
from tests.support.accounts import anonymous_actor, superuser_actor
from tests.support.databases import execute, write_transaction
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
        return [person.name for person in found.people]

    return find


@pytest.fixture
async def find_people(services):
    """Return a function that finds people with what they do and their best known film."""
    ids = fill_catalogue(services.settings, FILMS)
    await services.revisions.refresh()
    add_credit(services, 901, "Steve McQueen", ids["Stalker"], Department.ACTING)
    add_credit(services, 902, "Steve McQueen", ids["Other"], Department.WRITING)
    add_credit(services, 903, "Steve Hidden", ids["Labelled"], Department.ACTING)
    add_credit(services, 904, "Steve Composer", ids["Other"], Department.MUSIC)
    with write_transaction(services.settings) as writer:
        index(writer, read_entries(writer, list(ids.values())))
    titles = {film_id: title for title, film_id in ids.items()}

    async def find(text):
        async with unit_of_work(services.database) as unit:
            actor = await anonymous_actor(services)
            found = await services.people_search.find(actor, unit, text, 10)
        return [
            (each.id, Department(each.department), titles[each.film_id]) for each in found.people
        ]

    return find


def add_credit(services, person_id, name, film_id, department):
    insert = "INSERT INTO people (id, name, name_key, sort_key) VALUES (?, ?, ?, ?)"
    key = name.lower()
    execute(services.settings, insert, person_id, name, key, key)
    credit = "INSERT INTO credits (film_id, department, position, person_id) VALUES (?, ?, 0, ?)"
    execute(services.settings, credit, film_id, department.value, person_id)


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


async def test_actors_and_writers_are_found_and_told_apart(find_people):
    assert await find_people("mcqueen") == [
        (902, Department.WRITING, "Other"),
        (901, Department.ACTING, "Stalker"),
    ]


async def test_people_of_hidden_films_and_of_other_departments_are_not_found(find_people):
    assert await find_people("steve hidden") == []
    assert await find_people("composer") == []


async def test_overlong_text_is_rejected(find):
    with pytest.raises(DomainError):
        await find("a" * 900)
