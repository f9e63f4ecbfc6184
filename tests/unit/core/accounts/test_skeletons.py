"""Usernames that look alike: conflicts, concurrent requests, and older accounts."""

import asyncio

import pytest

from kinoteka.core.accounts import skeletons
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from tests.support.accounts import (
    change_login,
    change_profile,
    create_account,
    get_account,
    sign_in,
    sign_up,
)
from tests.support.databases import execute
from tests.support.errors import raises_error


@pytest.mark.parametrize(
    ("first", "second"), [("coco", "сосо"), ("сосо", "coco"), ("COCO", "СоСо")]
)
async def test_username_that_looks_like_another_is_rejected(services, first, second):
    await create_account(services, username=first)
    with raises_error(Code.USERNAME_TAKEN):
        await create_account(services, username=second)
    berta = await sign_up(services, "berta")
    with raises_error(Code.USERNAME_TAKEN):
        await change_profile(services, berta.actor, username=second)
    with raises_error(Code.USERNAME_TAKEN):
        await change_login(services, berta.actor, berta.account.id, second)
    assert (await get_account(services, berta.account.id)).username == "berta"


async def test_ascii_usernames_that_look_alike_are_accepted(services):
    assert await create_account(services, username="user1")
    assert await create_account(services, username="userl")


async def test_username_is_free_after_its_look_alike_is_renamed(services):
    anna = await sign_up(services, "сосо")
    await change_profile(
        services, anna.actor, username="СоСо"
    )  # an account does not conflict with itself
    await change_profile(services, anna.actor, username="anna")
    assert await create_account(services, username="coco")


@pytest.mark.parametrize("names", [("coco", "сосо"), ("сосо", "coco", "СОСО")])
async def test_one_of_several_concurrent_sign_ups_succeeds(services, names):
    outcomes = await asyncio.gather(
        *(create_account(services, username=name) for name in names), return_exceptions=True
    )
    codes = [error.code for error in outcomes if isinstance(error, DomainError)]
    assert codes == [Code.USERNAME_TAKEN] * (len(names) - 1)


async def test_one_of_several_concurrent_renames_succeeds(services):
    people = [await sign_up(services) for _ in range(2)]
    outcomes = await asyncio.gather(
        *(
            change_profile(services, each.actor, username=name)
            for each, name in zip(people, ("coco", "сосо"), strict=True)
        ),
        return_exceptions=True,
    )
    codes = [error.code for error in outcomes if isinstance(error, DomainError)]
    assert codes == [Code.USERNAME_TAKEN]


async def test_account_with_a_username_older_than_the_rule_can_sign_in_and_change(
    services, settings
):
    anna = await sign_up(services, "anna")
    for name in ("rооt", ".."):
        execute(settings, "UPDATE accounts SET username = ?, username_key = ?", name, name)
        assert (await sign_in(services, name)).account.id == anna.account.id
        account = await change_profile(services, anna.actor, username=name, given_name="Anna")
        assert account.username == name
        assert await change_login(services, anna.actor, anna.account.id, name)


async def test_backfill_adds_skeletons_that_an_older_server_omitted(services, settings):
    await create_account(services, username="сосо")
    execute(settings, "UPDATE accounts SET username_skeleton = NULL")
    async with unit_of_work(services.database) as unit:
        await skeletons.backfill(unit)
    with raises_error(Code.USERNAME_TAKEN):
        await create_account(services, username="coco")
