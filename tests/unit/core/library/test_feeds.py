"""What feeds list."""

import pytest

from kinoteka.core.film_merging.model import Merge
from kinoteka.core.library import feeds
from kinoteka.core.library.model import DatedFilm, SelectionChange
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import perform
from tests.support.databases import execute
from tests.support.errors import raises_error
from tests.support.films import SampleFilm, fill_catalogue
from tests.unit.core.library.conftest import Library

SET_TIME = "UPDATE films SET added_at = ? WHERE title = ?"


async def new_films(library: Library, language: str = "") -> list[DatedFilm]:
    async with unit_of_work(library.services.database) as unit:
        return await feeds.read_new_films(unit, language)


async def selections(library: Library) -> list[str]:
    async with unit_of_work(library.services.database) as unit:
        return [each.card.title for each in await feeds.read_public_selections(unit, "")]


async def films_of(library: Library, selection_id: int) -> list[str]:
    async with unit_of_work(library.services.database) as unit:
        _, films = await feeds.read_selection(unit, selection_id, "")
        return [film.title for film in films]


def date(library: Library, *titles: str) -> None:
    """Give films times of addition: 1, 2, 3 …"""
    for at, title in enumerate(titles, start=1):
        execute(library.services.settings, SET_TIME, at, title)


async def test_new_films_are_those_with_a_time_and_the_newest_first(library: Library) -> None:
    assert await new_films(library) == []
    date(library, "Ran", "Alien")
    assert [(film.title, film.at) for film in await new_films(library)] == [
        ("Alien", 2),
        ("Ran", 1),
    ]


async def test_labelled_and_hidden_films_are_in_no_feed(library: Library) -> None:
    date(library, "Ran", "Alien", "Zanzibar Nights", "After Midnight")
    editing = library.services.labels
    await perform(library.services, editing.hide, library.root, library.films["Alien"])
    assert [film.title for film in await new_films(library)] == ["Ran"]
    titles = ("Ran", "Zanzibar Nights", "Alien", "After Midnight")
    selection = await library.create(library.root, "Nights", *titles)
    assert await films_of(library, selection.id) == ["Ran"]


async def test_film_that_is_added_by_hand_is_new(library: Library) -> None:
    fields = {"title": "Arrived", "year": 2026}
    add = library.services.film_editing.add
    film_id = await perform(library.services, add, library.root, fields)
    (new,) = await new_films(library)
    assert (new.id, new.title, new.year) == (film_id, "Arrived", 2026)


async def test_merged_film_is_not_listed_under_its_old_id(library: Library) -> None:
    date(library, "Ran", "Alien")
    merge = library.services.film_merging.merge
    same = Merge(survivor_id=library.films["Ran"], merged_id=library.films["Alien"])
    await perform(library.services, merge, library.root, same)
    assert [film.id for film in await new_films(library)] == [same.survivor_id]


async def test_feed_has_at_most_fifty_films(library: Library) -> None:
    titles = [f"Film {number}" for number in range(feeds.MAX_ENTRIES + 2)]
    fill_catalogue(library.services.settings, [SampleFilm(title) for title in titles])
    date(library, *titles)
    assert [film.title for film in await new_films(library)] == titles[:1:-1]


async def test_public_selections_are_listed_and_the_last_changed_first(library: Library) -> None:
    first = await library.create(library.anna, "First", "Ran")
    await library.create(library.anna, "Private", "Ran", public=False)
    await library.create(library.anna, "Empty")
    await library.create(library.root, "Labelled", "Zanzibar Nights")
    await library.create(library.operator, "Featured", "Ran", featured=True)
    set_time = "UPDATE selections SET updated_at = id"
    execute(library.services.settings, set_time)
    assert await selections(library) == ["Featured", "First"]
    await library.run("place_film", library.anna, first.id, library.films["Alien"])
    assert await selections(library) == ["First", "Featured"]


async def test_selection_lists_the_films_that_were_added_last_first(library: Library) -> None:
    selection = await library.create(library.anna, "Three", "Ran", "Alien", "Dreams")
    set_time = "UPDATE selection_films SET added_at = position WHERE position > ?"
    execute(library.services.settings, "UPDATE selection_films SET added_at = NULL")
    execute(library.services.settings, set_time, 2**16)
    assert await films_of(library, selection.id) == ["Dreams", "Alien", "Ran"]
    await library.run("place_film", library.anna, selection.id, library.films["Dreams"], 0)
    assert await films_of(library, selection.id) == ["Dreams", "Alien", "Ran"]


async def test_film_of_unknown_time_has_that_of_the_selection(library: Library) -> None:
    created = await library.create(library.anna, "One", "Ran")
    execute(library.services.settings, "UPDATE selection_films SET added_at = NULL")
    async with unit_of_work(library.services.database) as unit:
        selection, (film,) = await feeds.read_selection(unit, created.id, "")
    assert film.at == selection.created_at


@pytest.mark.parametrize("kind", ["private", "unknown", "made private"])
async def test_selection_that_is_not_public_has_no_feed(library: Library, kind: str) -> None:
    selection = await library.create(library.anna, "Mine", "Ran", public=kind != "private")
    if kind == "made private":
        await library.run("change", library.anna, selection.id, SelectionChange(public=False))
    wanted = selection.id + 1000 if kind == "unknown" else selection.id
    with raises_error(Code.SELECTION_UNKNOWN):
        await films_of(library, wanted)
