"""Sign-up, sign-in, sign-out and the end of sessions."""

import asyncio

import pytest

from kinoteka.core.accounts.argon2id import Argon2id
from kinoteka.core.accounts.model import NewAccount
from kinoteka.core.accounts.queries import LOCK
from kinoteka.database.unit import Unit, unit_of_work
from kinoteka.errors import Code, DomainError
from tests.support.accounts import (
    VISIT,
    anonymous_actor,
    is_session_valid,
    perform,
    sign_in,
    sign_up,
    signed_in_actor,
)
from tests.support.databases import rows
from tests.support.errors import raises_error
from tests.support.servers import PASSWORD

NEW_PASSWORD = "another long one"


def stored(services, what):
    return rows(services.settings, what)


class TestSignIn:
    async def test_sign_up_begins_a_session(self, services, anna):
        actor = await signed_in_actor(services, anna.token)
        assert (actor.account_id, actor.session_id) == (anna.account.id, anna.session.id)
        assert actor == anna.actor

    @pytest.mark.parametrize("identifier", ["anna", "ANNA", "anna@example.com", "Anna@Example.COM"])
    async def test_any_name_of_the_account_is_accepted(self, services, anna, identifier):
        started = await sign_in(services, identifier)
        assert started.account == anna.account
        assert await is_session_valid(services, started)
        assert await is_session_valid(services, anna)

    @pytest.mark.parametrize("identifier", ["berta", "", "12", "no@address", "\ud800", "x" * 10**6])
    async def test_unknown_name_is_rejected(self, services, anna, identifier):
        with raises_error(Code.ACCOUNT_UNKNOWN):
            await sign_in(services, identifier)

    @pytest.mark.parametrize("password", ["", "wrong password", PASSWORD.upper(), "\ud800"])
    async def test_wrong_password_is_rejected(self, services, anna, password):
        with raises_error(Code.PASSWORD_WRONG):
            await sign_in(services, "anna", password)

    async def test_setting_hides_which_accounts_exist(self, anna, wired):
        hiding = await wired(hide_unknown_accounts=True)
        for identifier in ("anna", "berta"):
            with raises_error(Code.PASSWORD_WRONG):
                await sign_in(hiding, identifier, "wrong password")

    async def test_current_session_ends(self, services, anna):
        again = await perform(
            services, services.sessions.sign_in, anna.actor, VISIT, "anna", PASSWORD
        )
        assert not await is_session_valid(services, anna)
        new = NewAccount(username="berta", password=PASSWORD)
        berta = await perform(services, services.sessions.sign_up, again.actor, VISIT, new)
        assert not await is_session_valid(services, again)
        assert await is_session_valid(services, berta)

    async def test_failed_sign_in_ends_no_session(self, services, anna):
        with raises_error(Code.PASSWORD_WRONG):
            await perform(
                services, services.sessions.sign_in, anna.actor, VISIT, "anna", "wrong password"
            )
        assert await is_session_valid(services, anna)

    async def test_only_hashes_of_tokens_are_stored(self, services, anna):
        columns = stored(services, "SELECT * FROM sessions")
        assert anna.token not in str(columns)
        (hashed,) = stored(services, "SELECT token_hash FROM sessions")
        assert len(hashed) == 64

    async def test_weak_hash_is_replaced(self, services, anna):
        decomposed = "pa\u0308ssword of anna"
        weak = Argon2id(memory=8, passes=1)
        async with unit_of_work(services.database) as unit:
            weak_hash = weak.hash("pässword of anna")
            await services.accounts.set_password(unit, anna.account.id, weak_hash)
        await sign_in(services, "anna", decomposed)
        (current,) = stored(services, "SELECT password_hash FROM accounts")
        assert current != weak_hash
        assert not services.accounts.hashing.is_outdated(current)
        for password in (decomposed, "pässword of anna"):
            assert await sign_in(services, "anna", password)

    @pytest.mark.parametrize("weak", [False, True])
    async def test_old_password_is_rejected_when_it_changes_during_the_check(
        self, services, anna, weak
    ):
        """The old password is rejected and not restored by the replacement of a weak hash."""
        if weak:
            hasher = Argon2id(memory=8, passes=1)
            async with unit_of_work(services.database) as unit:
                await services.accounts.set_password(unit, anna.account.id, hasher.hash(PASSWORD))
        unit = Unit(services.database)  # the sign-in waits for this transaction
        await services.credentials.reset_password(unit, anna.account.id, NEW_PASSWORD)
        late = asyncio.create_task(sign_in(services, "anna"))
        await asyncio.sleep(0.3)
        assert not late.done()
        await unit.commit()
        with raises_error(Code.PASSWORD_WRONG):
            await late
        assert await sign_in(services, "anna", NEW_PASSWORD)

    @pytest.mark.parametrize(
        ("change", "code"),
        [("set_disabled", Code.ACCOUNT_DISABLED), ("delete", Code.PASSWORD_WRONG)],
    )
    async def test_no_session_begins_when_the_account_is_lost_during_the_check(
        self, services, anna, change, code
    ):
        unit = Unit(services.database)  # the sign-in waits for this transaction
        if change == "set_disabled":
            await services.accounts.set_disabled(unit, anna.account.id, 1)
            await unit.all(LOCK, account_id=anna.account.id)
        else:
            await services.accounts.delete(anna.actor, unit)
        late = asyncio.create_task(sign_in(services, "anna"))
        await asyncio.sleep(0.3)
        assert not late.done()
        await unit.commit()
        with raises_error(code):
            await late
        assert len(stored(services, "SELECT id FROM sessions")) == (change == "set_disabled")

    async def test_failure_of_a_deleted_account_is_not_recorded(self, services, anna):
        unit = Unit(services.database)
        await services.accounts.delete(anna.actor, unit)
        late = asyncio.create_task(sign_in(services, "anna", "wrong password"))
        await asyncio.sleep(0.3)
        await unit.commit()
        with raises_error(Code.PASSWORD_WRONG):
            await late
        assert stored(services, "SELECT count(*) FROM sign_ins") == [0]


class TestEnd:
    async def test_sign_out_ends_the_current_session_only(self, services, anna):
        other = await sign_in(services, "anna")
        await perform(services, services.sessions.sign_out, anna.actor)
        assert not await is_session_valid(services, anna)
        assert await is_session_valid(services, other)
        with raises_error(Code.UNAUTHORIZED):
            await perform(services, services.sessions.sign_out, await anonymous_actor(services))

    async def test_listeners_are_notified_of_ended_sessions(self, services, anna):
        ended: list[int] = []
        services.sessions.on_end(ended.append)
        other = await sign_in(services, "anna")
        await perform(
            services, services.credentials.change_password, anna.actor, PASSWORD, NEW_PASSWORD
        )
        await perform(services, services.sessions.sign_out, anna.actor)
        assert ended == [other.session.id, anna.session.id]

    async def test_rolled_back_sign_out_ends_no_session(self, services, anna):
        with raises_error(Code.FORBIDDEN):
            async with unit_of_work(services.database) as unit:
                await services.sessions.sign_out(anna.actor, unit)
                raise DomainError(Code.FORBIDDEN)
        assert await is_session_valid(services, anna)

    async def test_prune_deletes_expired_sessions(self, services, anna, clock):
        clock.advance(days=20)
        berta = await sign_up(services, "berta")
        clock.advance(days=15)
        async with unit_of_work(services.database) as unit:
            assert await services.sessions.prune(unit) == 1
            assert await services.sessions.prune(unit) == 0
        assert stored(services, "SELECT id FROM sessions") == [berta.session.id]
