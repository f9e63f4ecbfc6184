"""One's own sessions: where one is signed in, and ending it from afar."""

import pytest

from kinoteka.errors import Code
from tests.support.accounts import (
    PASSWORD,
    anonymous_actor,
    is_session_valid,
    perform,
    sign_in,
    sign_up,
)
from tests.support.databases import execute_many
from tests.support.errors import raises_error


async def listed(services, started):
    return await perform(services, services.own_sessions.list, started.actor)


async def end(services, started, session_id, *present):
    await perform(services, services.own_sessions.end, started.actor, session_id, *present)


async def end_others(services, started, *present):
    await perform(services, services.own_sessions.end_others, started.actor, *present)


class TestListing:
    async def test_this_one_first_then_those_used_last(self, services, anna, clock):
        clock.forward(days=1)
        second = await sign_in(services, "anna")
        clock.forward(days=1)
        third = await sign_in(services, "anna")
        found = await listed(services, second)
        ids = [session.id for session in found.sessions]
        assert ids == [second.session.id, third.session.id, anna.session.id]
        assert [session.is_current for session in found.sessions] == [True, False, False]
        assert found.total == 3

    async def test_what_is_told_of_one(self, services, anna):
        (session,) = (await listed(services, anna)).sessions
        assert (session.address, session.user_agent, session.method) == (
            "192.0.2.7",
            "Browser/1",
            "tests",
        )
        assert session.created_at == session.last_seen_at

    async def test_use_that_is_not_yet_stored_is_told(self, services, anna, clock):
        assert await is_session_valid(services, anna)
        clock.forward(days=3)
        assert await is_session_valid(services, anna)
        (session,) = (await listed(services, anna)).sessions
        assert session.last_seen_at - session.created_at >= 3 * 24 * 60 * 60 * 1000

    async def test_others_and_what_has_ended_are_not_there(self, services, anna, clock):
        await sign_up(services, "berta")
        await sign_in(services, "anna")
        clock.forward(days=31)
        third = await sign_in(services, "anna")
        assert [session.id for session in (await listed(services, third)).sessions] == [
            third.session.id
        ]

    async def test_of_very_many_the_hundred_used_last(self, services, settings, anna):
        columns = (
            "account_id, token_hash, refresh_seed, refresh_generation, refreshed_at,"
            " created_at, last_seen_at, expires_at, address, user_agent, method"
        )
        at = anna.session.last_seen_at
        rows = [
            (anna.account.id, f"h{n}", "", 1, at, at, at + n, at * 2, "", "", "tests")
            for n in range(150)
        ]
        marks = ", ".join("?" * 11)
        execute_many(settings, f"INSERT INTO sessions ({columns}) VALUES ({marks})", rows)
        found = await listed(services, anna)
        assert (len(found.sessions), found.total) == (100, 151)
        assert found.sessions[0].is_current
        assert found.sessions[1].last_seen_at == at + 149

    async def test_nobody_has_any(self, services):
        with raises_error(Code.UNAUTHORIZED):
            await perform(services, services.own_sessions.list, await anonymous_actor(services))


class TestEnding:
    async def test_one_from_afar(self, services, anna):
        other, ended = await sign_in(services, "anna"), []
        services.sessions.on_end(ended.append)
        await end(services, anna, other.session.id)
        assert not await is_session_valid(services, other)
        assert await is_session_valid(services, anna)
        assert ended == [other.session.id]

    async def test_this_one(self, services, anna):
        await end(services, anna, anna.session.id)
        assert not await is_session_valid(services, anna)

    async def test_twice(self, services, anna):
        other = await sign_in(services, "anna")
        await end(services, anna, other.session.id)
        with raises_error(Code.SESSION_UNKNOWN):
            await end(services, anna, other.session.id)

    @pytest.mark.parametrize("session_id", [0, 2**53])
    async def test_none(self, services, anna, session_id):
        with raises_error(Code.SESSION_UNKNOWN):
            await end(services, anna, session_id)

    async def test_another_s_is_unknown(self, services, anna):
        berta = await sign_up(services, "berta")
        with raises_error(Code.SESSION_UNKNOWN):
            await end(services, anna, berta.session.id)
        assert await is_session_valid(services, berta)

    async def test_all_others(self, services, anna):
        berta = await sign_up(services, "berta")
        others = [await sign_in(services, "anna") for _ in range(2)]
        await perform(services, services.own_sessions.end_others, anna.actor)
        assert [await is_session_valid(services, each) for each in others] == [False, False]
        assert await is_session_valid(services, anna)
        assert await is_session_valid(services, berta)

    async def test_another_session_ends_only_after_a_recent_proof(self, services, anna, clock):
        other = await sign_in(services, "anna")
        assert not (await listed(services, anna)).needs_password
        clock.forward(seconds=901)
        assert (await listed(services, anna)).needs_password
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
        assert not (await listed(services, anna)).needs_password
        await end_others(services, anna)
        assert [await is_session_valid(services, each) for each in (other, third)] == [False, False]

    async def test_own_session_ends_without_a_proof(self, services, anna, clock):
        clock.forward(seconds=901)
        await end(services, anna, anna.session.id)
        assert not await is_session_valid(services, anna)

    async def test_not_by_nobody(self, services, anna):
        nobody = await anonymous_actor(services)
        with raises_error(Code.UNAUTHORIZED):
            await perform(services, services.own_sessions.end, nobody, anna.session.id)
        with raises_error(Code.UNAUTHORIZED):
            await perform(services, services.own_sessions.end_others, nobody)
