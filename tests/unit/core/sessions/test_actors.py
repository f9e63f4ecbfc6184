"""Who asks: somebody is known by a session until it ends or expires."""

import pytest

from kinoteka.database.unit import unit_of_work
from tests.support.accounts import actor_by_token, is_session_valid, perform


@pytest.mark.parametrize("token", ["", "x", "\ud7ff", "0" * 64])
async def test_a_cookie_that_is_nobody_s(services, anna, token):
    assert await actor_by_token(services, token) is None


async def test_another_process_learns_that_a_session_has_ended_when_it_looks(services, anna, wired):
    other = await wired()
    assert await is_session_valid(other, anna)
    await perform(services, services.sessions.sign_out, anna.actor)
    await other.revisions.look()
    assert not await is_session_valid(other, anna)


class TestExpiry:
    async def test_unused_for_thirty_days(self, services, anna, clock):
        clock.forward(days=29)
        assert await is_session_valid(services, anna)
        clock.forward(days=29)
        assert await is_session_valid(services, anna)
        clock.forward(days=31)
        assert not await is_session_valid(services, anna)

    async def test_after_half_a_year_in_any_case(self, services, anna, clock):
        for _ in range(8):
            clock.forward(days=20)
            assert await is_session_valid(services, anna)
        clock.forward(days=21)
        assert not await is_session_valid(services, anna)

    async def test_use_is_written_down_now_and_then(self, services, anna, clock, wired):
        assert await is_session_valid(services, anna)
        clock.forward(days=20)
        assert await is_session_valid(services, anna)
        async with unit_of_work(services.database) as unit:
            await services.actors.store_last_seen(unit)
        clock.forward(days=20)
        assert await is_session_valid(await wired(), anna)

    async def test_what_one_process_sees_used_the_other_takes_for_unused_only_when_it_is(
        self, services, anna, clock, wired
    ):
        other = await wired()
        assert await is_session_valid(other, anna)
        clock.forward(days=20)
        assert await is_session_valid(services, anna)
        async with unit_of_work(services.database) as unit:
            await services.actors.store_last_seen(unit)
        clock.forward(days=20)
        assert await is_session_valid(other, anna)
        clock.forward(days=31)
        assert not await is_session_valid(other, anna)


async def test_a_session_that_ends_while_it_is_looked_up_is_not_cached(services, anna, monkeypatch):
    actor_of_account = services.access.actor_of

    async def slow(*arguments, **options):
        found = await actor_of_account(*arguments, **options)
        await perform(services, services.sessions.sign_out, anna.actor)
        return found

    services.actors.drop(anna.session.id)
    monkeypatch.setattr(services.access, "actor_of", slow)
    assert await actor_by_token(services, anna.token) is not None
    monkeypatch.undo()
    assert not await is_session_valid(services, anna)
