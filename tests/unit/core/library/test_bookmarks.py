"""Bookmarks: one's own films for later."""

import asyncio

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import actor_by_token, anonymous_actor, sign_up, superuser_actor
from tests.support.errors import raises_error


@pytest.fixture
async def member(services: Services) -> Actor:
    return await somebody(services)


async def somebody(services: Services) -> Actor:
    actor = await actor_by_token(services, (await sign_up(services)).token)
    assert actor is not None
    return actor


async def add(services: Services, actor: Actor, film_id: int) -> None:
    async with unit_of_work(services.database) as unit:
        await services.bookmarks.add(actor, unit, film_id)
    await asyncio.sleep(0.002)  # the order is by milliseconds


async def remove(services: Services, actor: Actor, film_id: int) -> None:
    async with unit_of_work(services.database) as unit:
        await services.bookmarks.remove(actor, unit, film_id)


async def kept(services: Services, actor: Actor) -> list[str]:
    async with unit_of_work(services.database) as unit:
        listing = await services.bookmarks.films(actor, unit)
        found = [film.title async for chunk in listing.chunks() for film in chunk]
        assert len(found) == listing.total
        return found


async def test_the_one_bookmarked_last_stands_first(
    services: Services, member: Actor, films: dict[str, int]
) -> None:
    for title in ("Ran", "Alien", "M"):
        await add(services, member, films[title])
    assert await kept(services, member) == ["M", "Alien", "Ran"]


async def test_again_does_no_harm(services: Services, member: Actor, films: dict[str, int]) -> None:
    for title in ("Ran", "Alien", "Ran"):
        await add(services, member, films[title])
    assert await kept(services, member) == ["Alien", "Ran"]
    for _ in range(2):
        await remove(services, member, films["Ran"])
    assert await kept(services, member) == ["Alien"]


async def test_they_are_ones_own(services: Services, member: Actor, films: dict[str, int]) -> None:
    other = await somebody(services)
    await add(services, member, films["Ran"])
    await remove(services, other, films["Ran"])
    assert await kept(services, other) == []
    assert await kept(services, member) == ["Ran"]


@pytest.mark.parametrize("title", [None, "Zanzibar Nights"])
async def test_films_that_do_not_exist_for_the_actor(
    services: Services, member: Actor, films: dict[str, int], title: str | None
) -> None:
    film_id = films[title] if title else 999
    for action in (add, remove):
        with raises_error(Code.FILM_UNKNOWN):
            await action(services, member, film_id)


async def test_of_a_film_that_comes_under_a_label_it_waits_unseen(
    services: Services, member: Actor, films: dict[str, int]
) -> None:
    root = await superuser_actor(services)
    await add(services, member, films["Ran"])
    for label, seen in (("premium", []), (None, ["Ran"])):
        async with unit_of_work(services.database) as unit:
            await services.labels.set_label(root, unit, films["Ran"], label)
        assert await kept(services, member) == seen


async def test_need_an_account(services: Services, films: dict[str, int]) -> None:
    nobody = await anonymous_actor(services)
    for action in (add, remove):
        with raises_error(Code.UNAUTHORIZED):
            await action(services, nobody, films["Ran"])
    with raises_error(Code.UNAUTHORIZED):
        await kept(services, nobody)


async def test_go_with_the_account(
    services: Services, member: Actor, films: dict[str, int]
) -> None:
    await add(services, member, films["Ran"])
    async with unit_of_work(services.database) as unit:
        await services.credentials.delete_account(member, unit)
    assert await kept(services, member) == []


async def test_which_of_some_films_are_among_them(
    services: Services, member: Actor, films: dict[str, int]
) -> None:
    other = await somebody(services)
    await add(services, member, films["Ran"])
    await add(services, member, films["M"])
    await add(services, other, films["Alien"])
    asked = [films["Ran"], films["Alien"], 987654321]
    for actor, expected in (
        (member, {films["Ran"]}),
        (other, {films["Alien"]}),
        (await anonymous_actor(services), set()),
    ):
        async with unit_of_work(services.database) as unit:
            assert await services.bookmarks.among(actor, unit, asked) == expected
            assert await services.bookmarks.among(actor, unit, []) == set()


async def test_come_by_pages(services: Services, member: Actor, films: dict[str, int]) -> None:
    for title in ("Ran", "Alien", "M"):
        await add(services, member, films[title])
    async with unit_of_work(services.database) as unit:
        page = await (await services.bookmarks.films(member, unit)).page(2, 2)
    assert ([film.title for film in page.items], page.pages, page.total) == (["Ran"], 2, 3)


async def test_two_at_once_make_one(
    services: Services, member: Actor, films: dict[str, int]
) -> None:
    await asyncio.gather(*(add(services, member, films["Ran"]) for _ in range(5)))
    assert await kept(services, member) == ["Ran"]
