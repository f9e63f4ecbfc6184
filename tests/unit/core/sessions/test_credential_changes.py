"""Change the login and the password, and delete the account."""

import asyncio

import pytest

from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from tests.support.accounts import (
    anonymous_actor,
    is_session_valid,
    perform,
    sign_in,
    sign_up,
    superuser_actor,
)
from tests.support.errors import raises_error
from tests.support.polling import wait_until
from tests.support.servers import PASSWORD, unique_name

NEW_PASSWORD = "another long one"


async def change_password(services, actor, current, new):
    return await perform(services, services.credentials.change_password, actor, current, new)


async def change_credentials(services, actor, account_id, login, password):
    change = services.credentials.change_credentials
    return await perform(services, change, actor, account_id, login, password)


class TestChangePassword:
    async def test_new_password_ends_every_other_session(self, services, anna):
        other = await sign_in(services, "anna")
        account = await change_password(services, anna.actor, PASSWORD, NEW_PASSWORD)
        assert account == anna.account
        assert await is_session_valid(services, anna)
        assert not await is_session_valid(services, other)
        assert await is_session_valid(services, await sign_in(services, "anna", NEW_PASSWORD))
        with raises_error(Code.PASSWORD_WRONG):
            await sign_in(services, "anna")

    async def test_password_never_expires(self, services, anna, clock):
        clock.advance(days=3650)
        assert await is_session_valid(services, await sign_in(services, "anna"))

    @pytest.mark.parametrize(
        ("current", "new", "code"),
        [
            ("wrong password", NEW_PASSWORD, Code.CURRENT_PASSWORD_WRONG),
            (PASSWORD, "short", Code.PASSWORD_INVALID),
            (PASSWORD, "password1", Code.PASSWORD_INVALID),
        ],
    )
    async def test_rejected_password_changes_nothing(self, services, anna, current, new, code):
        other = await sign_in(services, "anna")
        with raises_error(code):
            await change_password(services, anna.actor, current, new)
        assert await is_session_valid(services, other)
        assert await sign_in(services, "anna")

    async def test_reset_password_ends_every_session(self, services, anna):
        async with unit_of_work(services.database) as unit:
            await services.credentials.reset_password(unit, anna.account.id, NEW_PASSWORD)
        assert not await is_session_valid(services, anna)
        assert await sign_in(services, "anna", NEW_PASSWORD)

    async def test_guesses_of_the_current_password_are_limited(self, anna, wired):
        strict = await wired(known_device_limit="3 per hour")
        for _ in range(3):
            with raises_error(Code.CURRENT_PASSWORD_WRONG):
                await change_password(strict, anna.actor, "wrong one", NEW_PASSWORD)
        with raises_error(Code.THROTTLED):
            await change_password(strict, anna.actor, PASSWORD, NEW_PASSWORD)


class TestChangeCredentials:
    async def test_login_and_password_change_together(self, services, anna):
        other = await sign_in(services, "anna")
        changed = await change_credentials(
            services, anna.actor, anna.account.id, "berta", NEW_PASSWORD
        )
        assert changed.username == "berta"
        assert await is_session_valid(services, anna)
        assert not await is_session_valid(services, other)
        assert await sign_in(services, "berta", NEW_PASSWORD)

    async def test_new_login_ends_no_session(self, services, anna):
        other = await sign_in(services, "anna")
        await change_credentials(services, anna.actor, anna.account.id, "berta", None)
        assert await is_session_valid(services, other)

    async def test_account_is_unchanged_without_login_and_password(self, services, anna):
        account = anna.account
        result = await change_credentials(services, anna.actor, account.id, None, None)
        assert result == account

    async def test_rejected_login_leaves_the_password_unchanged(self, services, anna):
        await sign_up(services, "berta")
        other = await sign_in(services, "anna")
        with raises_error(Code.USERNAME_TAKEN):
            await change_credentials(services, anna.actor, anna.account.id, "berta", NEW_PASSWORD)
        assert await is_session_valid(services, other)
        assert await sign_in(services, "anna")

    async def test_one_account_cannot_occupy_all_hashing_threads(self, anna, wired, monkeypatch):
        strict, change = await wired(known_device_limit="3 per hour"), change_credentials
        may_hash, make_hash = asyncio.Event(), strict.accounts.hashing.hash

        async def hash_later(password: str) -> str:
            await may_hash.wait()
            return await make_hash(password)

        monkeypatch.setattr(strict.accounts.hashing, "hash", hash_later)
        changes = [
            asyncio.ensure_future(change(strict, anna.actor, anna.account.id, None, NEW_PASSWORD))
            for _ in range(10)
        ]
        await wait_until(lambda: sum(each.done() for each in changes) == 7)
        errors = [each.exception() for each in changes if each.done()]
        codes = [error.code for error in errors if isinstance(error, DomainError)]
        assert codes == [Code.THROTTLED] * 7
        may_hash.set()
        await asyncio.wait(changes)
        assert sum(each.exception() is None for each in changes) == 3
        await change(strict, anna.actor, anna.account.id, None, PASSWORD)

    async def test_only_the_account_and_superusers_can_change_credentials(self, services, anna):
        berta, root = await sign_up(services, unique_name()), await superuser_actor(services)
        with raises_error(Code.FORBIDDEN):
            await change_credentials(services, berta.actor, anna.account.id, None, None)
        with raises_error(Code.UNAUTHORIZED):
            anonymous = await anonymous_actor(services)
            await change_credentials(services, anonymous, anna.account.id, None, None)
        with raises_error(Code.ACCOUNT_UNKNOWN):
            await change_credentials(services, root, 2**53, "x", NEW_PASSWORD)
        await change_credentials(services, root, anna.account.id, None, NEW_PASSWORD)
        assert not await is_session_valid(services, anna)
        assert await sign_in(services, "anna", NEW_PASSWORD)


async def test_deleted_account_has_no_sessions_and_cannot_sign_in(services, anna):
    other = await sign_in(services, "anna")
    ended: list[int] = []
    services.sessions.on_end(ended.append)
    deleted = await perform(services, services.credentials.delete_account, anna.actor)
    assert deleted == anna.account
    assert not await is_session_valid(services, anna)
    assert not await is_session_valid(services, other)
    assert sorted(ended) == [anna.session.id, other.session.id]
    with raises_error(Code.ACCOUNT_UNKNOWN):
        await sign_in(services, "anna")


class TestDeleteAccountWithPassword:
    async def delete(self, services, actor, password):
        await perform(services, services.credentials.delete_account, actor, password)

    async def test_correct_password_deletes_the_account(self, services, anna):
        await self.delete(services, anna.actor, PASSWORD)
        assert not await is_session_valid(services, anna)

    @pytest.mark.parametrize("password", ["wrong password", "", "x" * 5000])
    async def test_wrong_password_is_rejected(self, services, anna, password):
        with raises_error(Code.CURRENT_PASSWORD_WRONG):
            await self.delete(services, anna.actor, password)
        assert await is_session_valid(services, anna)

    async def test_guesses_are_limited(self, anna, wired):
        strict = await wired(known_device_limit="3 per hour")
        for _ in range(3):
            with raises_error(Code.CURRENT_PASSWORD_WRONG):
                await self.delete(strict, anna.actor, "wrong one")
        with raises_error(Code.THROTTLED):
            await self.delete(strict, anna.actor, PASSWORD)
        assert await is_session_valid(strict, anna)
