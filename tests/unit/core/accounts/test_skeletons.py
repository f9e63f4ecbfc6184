"""Usernames that look alike: taken, at once, and from before the rule."""

import asyncio

import pytest

from kinoteka.core.accounts import skeletons
from kinoteka.core.accounts.model import NewAccount, ProfileChange
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from tests.support.accounts import sign_in, sign_up
from tests.support.databases import execute
from tests.support.errors import raises_error
from tests.support.servers import PASSWORD


async def create(services, username):
    async with unit_of_work(services.database) as unit:
        new = NewAccount(username=username, password=PASSWORD)
        return await services.accounts.create(unit, new, "192.0.2.7")


async def change(services, actor, **fields):
    async with unit_of_work(services.database) as unit:
        return await services.accounts.change(actor, unit, ProfileChange(**fields))


async def change_login(services, actor, account_id, login):
    async with unit_of_work(services.database) as unit:
        return await services.accounts.change_login(actor, unit, account_id, login)


async def get(services, account_id):
    async with unit_of_work(services.database) as unit:
        return await services.accounts.get(unit, account_id)


@pytest.mark.parametrize(
    ("first", "second"), [("coco", "сосо"), ("сосо", "coco"), ("COCO", "СоСо")]
)
async def test_username_that_looks_like_another_is_taken(services, first, second):
    await create(services, username=first)
    with raises_error(Code.USERNAME_TAKEN):
        await create(services, username=second)
    berta = await sign_up(services, "berta")
    with raises_error(Code.USERNAME_TAKEN):
        await change(services, berta.actor, username=second)
    with raises_error(Code.USERNAME_TAKEN):
        await change_login(services, berta.actor, berta.account.id, second)
    assert (await get(services, berta.account.id)).username == "berta"


async def test_usernames_in_ascii_may_look_alike(services):
    assert await create(services, username="user1")
    assert await create(services, username="userl")


async def test_username_is_free_again_when_its_look_alike_has_another(services):
    anna = await sign_up(services, "сосо")
    await change(services, anna.actor, username="СоСо")  # its own is no other one
    await change(services, anna.actor, username="anna")
    assert await create(services, username="coco")


@pytest.mark.parametrize("names", [("coco", "сосо"), ("сосо", "coco", "СОСО")])
async def test_one_of_several_at_the_same_moment_wins(services, names):
    outcomes = await asyncio.gather(
        *(create(services, username=name) for name in names), return_exceptions=True
    )
    codes = [error.code for error in outcomes if isinstance(error, DomainError)]
    assert codes == [Code.USERNAME_TAKEN] * (len(names) - 1)


async def test_one_of_several_renames_at_the_same_moment_wins(services):
    people = [await sign_up(services) for _ in range(2)]
    outcomes = await asyncio.gather(
        *(
            change(services, each.actor, username=name)
            for each, name in zip(people, ("coco", "сосо"), strict=True)
        ),
        return_exceptions=True,
    )
    codes = [error.code for error in outcomes if isinstance(error, DomainError)]
    assert codes == [Code.USERNAME_TAKEN]


async def test_account_from_before_the_rule_keeps_working(services, settings):
    anna = await sign_up(services, "anna")
    for name in ("rооt", ".."):
        execute(settings, "UPDATE accounts SET username = ?, username_key = ?", name, name)
        assert (await sign_in(services, name)).account.id == anna.account.id
        kept = await change(services, anna.actor, username=name, given_name="Anna")
        assert kept.username == name
        assert await change_login(services, anna.actor, anna.account.id, name)


async def test_skeletons_that_an_older_server_left_out_are_added(services, settings):
    await create(services, username="сосо")
    execute(settings, "UPDATE accounts SET username_skeleton = NULL")
    async with unit_of_work(services.database) as unit:
        await skeletons.fill(unit)
    with raises_error(Code.USERNAME_TAKEN):
        await create(services, username="coco")
