"""Locks on accounts that are taken with the next statement."""

import pytest
from msgspec.structs import replace

from kinoteka.core.accounts.locks import queue_lock, require_unchanged
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code
from tests.support.accounts import create_account
from tests.support.errors import raises_error


@pytest.fixture
async def credentials(services):
    account = await create_account(services, username="anna")
    async with unit_of_work(services.database) as unit:
        return await services.accounts.get_credentials(unit, account.id)


async def test_unchanged_account_is_accepted(services, credentials):
    async with unit_of_work(services.database) as unit:
        await require_unchanged(unit, credentials)


async def test_changed_password_is_rejected(services, credentials):
    with raises_error(Code.PASSWORD_WRONG):
        async with unit_of_work(services.database) as unit:
            await require_unchanged(unit, replace(credentials, password_hash="other"))


async def test_disabled_account_is_rejected(services, credentials):
    async with unit_of_work(services.database) as unit:
        await services.accounts.set_disabled(unit, credentials.account_id, 1)
    with raises_error(Code.PASSWORD_WRONG):
        async with unit_of_work(services.database) as unit:
            await require_unchanged(unit, credentials)


@pytest.mark.parametrize("exists", [True, False])
async def test_lock_accepts_an_account_that_does_not_exist(services, credentials, exists):
    async with unit_of_work(services.database) as unit:
        await queue_lock(unit, credentials.account_id if exists else 10**6)
