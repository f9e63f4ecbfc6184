"""List and end the actor's own sessions."""

import pytest

from kinoteka.errors import Code
from tests.support.accounts import (
    anonymous_actor,
    is_session_valid,
    perform,
    sign_in,
    sign_up,
)
from tests.support.databases import execute_many
from tests.support.errors import raises_error
from tests.support.servers import PASSWORD


async def list_sessions(services, started):
    return await perform(services, services.own_sessions.list, started.actor)


async def end(services, started, session_id, *password):
    await perform(services, services.own_sessions.end, started.actor, session_id, *password)


async def end_others(services, started, *password):
    await perform(services, services.own_sessions.end_others, started.actor, *password)


class TestList:
    async def test_current_session_is_first_then_the_most_recently_used(
        self, services, anna, clock
    ):
        clock.advance(days=1)
        second = await sign_in(services, "anna")
        clock.advance(days=1)
        third = await sign_in(services, "anna")
        found = await list_sessions(services, second)
        ids = [session.id for session in found.sessions]
        assert ids == [second.session.id, third.session.id, anna.session.id]
        assert [session.is_current for session in found.sessions] == [True, False, False]
        assert found.total == 3

    async def test_session_has_the_client_and_time_of_the_sign_in(self, services, anna):
        (session,) = (await list_sessions(services, anna)).sessions
        assert (session.address, session.user_agent, session.method) == (
            "192.0.2.7",
            "Browser/1",
            "tests",
        )
        assert session.created_at == session.last_seen_at

    async def test_last_use_is_included_before_it_is_stored(self, services, anna, clock):
        assert await is_session_valid(services, anna)
        clock.advance(days=3)
        assert await is_session_valid(services, anna)
        (session,) = (await list_sessions(services, anna)).sessions
        assert session.last_seen_at - session.created_at >= 3 * 24 * 60 * 60 * 1000

    async def test_other_accounts_and_expired_sessions_are_not_listed(self, services, anna, clock):
        await sign_up(services, "berta")
        await sign_in(services, "anna")
        clock.advance(days=31)
        third = await sign_in(services, "anna")
        assert [session.id for session in (await list_sessions(services, third)).sessions] == [
            third.session.id
        ]

    async def test_hundred_most_recently_used_sessions_are_listed(self, services, settings, anna):
        columns = (
            "account_id, token_hash, refresh_seed, refresh_generation, refreshed_at,"
            " created_at, last_seen_at, expires_at, address, user_agent, method"
        )
        at = anna.session.last_seen_at
        rows = [
            (anna.account.id, f"h{n}", "", 1, at, at, at + n, at * 2, "", "", "tests")
            for n in range(150)
        ]
        placeholders = ", ".join("?" * 11)
        execute_many(settings, f"INSERT INTO sessions ({columns}) VALUES ({placeholders})", rows)
        found = await list_sessions(services, anna)
        assert (len(found.sessions), found.total) == (100, 151)
        assert found.sessions[0].is_current
        assert found.sessions[1].last_seen_at == at + 149

    async def test_anonymous_request_is_rejected(self, services):
        with raises_error(Code.UNAUTHORIZED):
            await perform(services, services.own_sessions.list, await anonymous_actor(services))


class TestEnd:
    async def test_other_session_is_ended(self, services, anna):
        other = await sign_in(services, "anna")
        ended: list[int] = []
        services.sessions.on_end(ended.append)
        await end(services, anna, other.session.id)
        assert not await is_session_valid(services, other)
        assert await is_session_valid(services, anna)
        assert ended == [other.session.id]

    async def test_current_session_is_ended(self, services, anna):
        await end(services, anna, anna.session.id)
        assert not await is_session_valid(services, anna)

    async def test_ended_session_is_unknown(self, services, anna):
        other = await sign_in(services, "anna")
        await end(services, anna, other.session.id)
        with raises_error(Code.SESSION_UNKNOWN):
            await end(services, anna, other.session.id)

    @pytest.mark.parametrize("session_id", [0, 2**53])
    async def test_unknown_session_is_rejected(self, services, anna, session_id):
        with raises_error(Code.SESSION_UNKNOWN):
            await end(services, anna, session_id)

    async def test_session_of_another_account_is_unknown(self, services, anna):
        berta = await sign_up(services, "berta")
        with raises_error(Code.SESSION_UNKNOWN):
            await end(services, anna, berta.session.id)
        assert await is_session_valid(services, berta)

    async def test_all_other_sessions_of_the_account_are_ended(self, services, anna):
        berta = await sign_up(services, "berta")
        others = [await sign_in(services, "anna") for _ in range(2)]
        await perform(services, services.own_sessions.end_others, anna.actor)
        assert [await is_session_valid(services, each) for each in others] == [False, False]
        assert await is_session_valid(services, anna)
        assert await is_session_valid(services, berta)

    async def test_other_session_is_ended_only_with_a_recent_proof(self, services, anna, clock):
        other = await sign_in(services, "anna")
        assert not (await list_sessions(services, anna)).needs_password
        clock.advance(seconds=901)
        assert (await list_sessions(services, anna)).needs_password
        for ending in (end(services, anna, other.session.id), end_others(services, anna)):
            with raises_error(Code.FIELD_INVALID, field="present"):
                await ending
        for ending in (
            end(services, anna, other.session.id, "wrong"),
            end_others(services, anna, "wrong"),
        ):
            with raises_error(Code.CURRENT_PASSWORD_WRONG):
                await ending
        assert await is_session_valid(services, other)
        third = await sign_in(services, "anna")
        await end(services, anna, other.session.id, PASSWORD)
        assert not (await list_sessions(services, anna)).needs_password
        await end_others(services, anna)
        assert [await is_session_valid(services, each) for each in (other, third)] == [False, False]

    async def test_current_session_is_ended_without_a_proof(self, services, anna, clock):
        clock.advance(seconds=901)
        await end(services, anna, anna.session.id)
        assert not await is_session_valid(services, anna)

    async def test_anonymous_request_is_rejected(self, services, anna):
        anonymous = await anonymous_actor(services)
        with raises_error(Code.UNAUTHORIZED):
            await perform(services, services.own_sessions.end, anonymous, anna.session.id)
        with raises_error(Code.UNAUTHORIZED):
            await perform(services, services.own_sessions.end_others, anonymous)
