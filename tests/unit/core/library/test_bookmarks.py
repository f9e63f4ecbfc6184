"""Bookmarks of films."""

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
    return await new_member(services)


async def new_member(services: Services) -> Actor:
    actor = await actor_by_token(services, (await sign_up(services)).token)
    assert actor is not None
    return actor


async def add(services: Services, actor: Actor, film_id: int) -> None:
    async with unit_of_work(services.database) as unit:
        await services.bookmarks.add(actor, unit, film_id)
    await asyncio.sleep(0.002)  # Bookmarks are ordered by milliseconds.


async def remove(services: Services, actor: Actor, film_id: int) -> None:
    async with unit_of_work(services.database) as unit:
        await services.bookmarks.remove(actor, unit, film_id)


async def bookmarked_titles(services: Services, actor: Actor) -> list[str]:
    async with unit_of_work(services.database) as unit:
        listing = await services.bookmarks.list_films(actor, unit)
        found = [film.title async for chunk in listing.chunks() for film in chunk]
        assert len(found) == listing.total
        return found


async def test_latest_bookmark_is_first(
    services: Services, member: Actor, films: dict[str, int]
) -> None:
    for title in ("Ran", "Alien", "M"):
        await add(services, member, films[title])
    assert await bookmarked_titles(services, member) == ["M", "Alien", "Ran"]


async def test_adding_or_removing_twice_changes_nothing(
    services: Services, member: Actor, films: dict[str, int]
) -> None:
    for title in ("Ran", "Alien", "Ran"):
        await add(services, member, films[title])
    assert await bookmarked_titles(services, member) == ["Alien", "Ran"]
    for _ in range(2):
        await remove(services, member, films["Ran"])
    assert await bookmarked_titles(services, member) == ["Alien"]


async def test_bookmarks_belong_to_one_account(
    services: Services, member: Actor, films: dict[str, int]
) -> None:
    other = await new_member(services)
    await add(services, member, films["Ran"])
    await remove(services, other, films["Ran"])
    assert await bookmarked_titles(services, other) == []
    assert await bookmarked_titles(services, member) == ["Ran"]


@pytest.mark.parametrize("title", [None, "Zanzibar Nights"])
async def test_unknown_or_invisible_film_is_rejected(
    services: Services, member: Actor, films: dict[str, int], title: str | None
) -> None:
    film_id = films[title] if title else 999
    for action in (add, remove):
        with raises_error(Code.FILM_UNKNOWN):
            await action(services, member, film_id)


async def test_bookmark_returns_when_its_film_is_visible_again(
    services: Services, member: Actor, films: dict[str, int]
) -> None:
    root = await superuser_actor(services)
    await add(services, member, films["Ran"])
    for label, visible in (("premium", []), (None, ["Ran"])):
        async with unit_of_work(services.database) as unit:
            await services.labels.set_label(root, unit, films["Ran"], label)
        assert await bookmarked_titles(services, member) == visible


async def test_anonymous_request_is_rejected(services: Services, films: dict[str, int]) -> None:
    anonymous = await anonymous_actor(services)
    for action in (add, remove):
        with raises_error(Code.UNAUTHORIZED):
            await action(services, anonymous, films["Ran"])
    with raises_error(Code.UNAUTHORIZED):
        await bookmarked_titles(services, anonymous)


async def test_bookmarks_are_deleted_with_their_account(
    services: Services, member: Actor, films: dict[str, int]
) -> None:
    await add(services, member, films["Ran"])
    async with unit_of_work(services.database) as unit:
        await services.credentials.delete_account(member, unit)
    assert await bookmarked_titles(services, member) == []


async def test_bookmarked_ids_are_those_of_the_account(
    services: Services, member: Actor, films: dict[str, int]
) -> None:
    other = await new_member(services)
    await add(services, member, films["Ran"])
    await add(services, member, films["M"])
    await add(services, other, films["Alien"])
    film_ids = [films["Ran"], films["Alien"], 987654321]
    for actor, expected in (
        (member, {films["Ran"]}),
        (other, {films["Alien"]}),
        (await anonymous_actor(services), set()),
    ):
        async with unit_of_work(services.database) as unit:
            assert await services.bookmarks.bookmarked_ids(actor, unit, film_ids) == expected
            assert await services.bookmarks.bookmarked_ids(actor, unit, []) == set()


async def test_second_page_has_the_remaining_films(
    services: Services, member: Actor, films: dict[str, int]
) -> None:
    for title in ("Ran", "Alien", "M"):
        await add(services, member, films[title])
    async with unit_of_work(services.database) as unit:
        page = await (await services.bookmarks.list_films(member, unit)).page(2, 2)
    assert ([film.title for film in page.items], page.pages, page.total) == (["Ran"], 2, 3)


async def test_concurrent_additions_store_one_bookmark(
    services: Services, member: Actor, films: dict[str, int]
) -> None:
    await asyncio.gather(*(add(services, member, films["Ran"]) for _ in range(5)))
    assert await bookmarked_titles(services, member) == ["Ran"]
