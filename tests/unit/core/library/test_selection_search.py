"""Selections are found by their titles, and only by viewers who can see them."""

import msgspec
import pytest

from kinoteka.core.library.model import NewSelection
from kinoteka.database.unit import unit_of_work
from tests.support.accounts import actor_by_token, anonymous_actor, sign_up, superuser_actor
from tests.support.films import PREMIUM, SampleFilm, fill_catalogue

FILMS = (SampleFilm("Open"), SampleFilm("Labelled", label=PREMIUM))


@pytest.fixture
async def world(services):
    """The actors by name, and a function that returns the titles that an actor finds."""
    ids = fill_catalogue(services.settings, FILMS)
    await services.revisions.refresh()
    owner = await actor_by_token(services, (await sign_up(services)).token)
    assert owner is not None
    root = await superuser_actor(services)
    actors = {"anonymous": await anonymous_actor(services), "owner": owner, "root": root}
    async with unit_of_work(services.database) as unit:
        for title, public, film in (
            ("Night trains", True, "Open"),
            ("Ночные поезда", True, "Open"),
            ("Night secrets", False, "Open"),
            ("Night labels", True, "Labelled"),
        ):
            new = NewSelection(title=title, public=public, film_ids=[ids[film]])
            creator = root if film == "Labelled" else owner
            await services.selections.create(creator, unit, new)

        new = NewSelection(
            title="Soviet Comedy", featured=True, public=True, film_ids=[ids["Open"]]
        )
        await services.selections.create(root, unit, new)

    async def find(who, text, most=10, language=""):
        actor = msgspec.structs.replace(actors[who], language=language)
        async with unit_of_work(services.database) as unit:
            found = await services.selection_search.find(actor, unit, text, most)
        return [title for _, title in found]

    return find


async def test_public_selection_is_found_by_its_words(world):
    assert await world("anonymous", "trains night") == ["Night trains"]
    assert await world("anonymous", "nochnye") == ["Ночные поезда"]
    assert await world("anonymous", "zebra") == await world("anonymous", " ") == []


async def test_private_selection_is_found_only_by_its_owner(world):
    assert await world("anonymous", "secrets") == []
    assert await world("root", "secrets") == []
    assert await world("owner", "secrets") == ["Night secrets"]


async def test_selection_without_visible_film_is_not_found(world):
    assert "Night labels" not in await world("anonymous", "night")
    assert "Night labels" in await world("root", "night")


async def test_number_of_results_is_limited(world):
    assert len(await world("owner", "night", most=2)) == 2


async def test_selection_of_the_demo_is_found_and_shown_in_the_language_of_the_reader(world):
    for text in ("soviet", "комедия"):
        assert await world("anonymous", text, language="ru") == ["Советская комедия"]
        assert await world("anonymous", text) == ["Soviet Comedy"]
