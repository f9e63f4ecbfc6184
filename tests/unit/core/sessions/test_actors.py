"""Actors of sessions, until the sessions end or expire."""

import pytest

from kinoteka.database.unit import unit_of_work
from tests.support.accounts import actor_by_token, is_session_valid, perform


@pytest.mark.parametrize("token", ["", "x", "\ud7ff", "0" * 64])
async def test_unknown_token_has_no_actor(services, anna, token):
    assert await actor_by_token(services, token) is None


async def test_end_of_a_session_is_noticed_by_another_process(services, anna, wired):
    other = await wired()
    assert await is_session_valid(other, anna)
    await perform(services, services.sessions.sign_out, anna.actor)
    await other.revisions.refresh()
    assert not await is_session_valid(other, anna)


class TestExpiry:
    async def test_session_expires_after_thirty_days_without_use(self, services, anna, clock):
        clock.advance(days=29)
        assert await is_session_valid(services, anna)
        clock.advance(days=29)
        assert await is_session_valid(services, anna)
        clock.advance(days=31)
        assert not await is_session_valid(services, anna)

    async def test_session_expires_after_half_a_year_despite_use(self, services, anna, clock):
        for _ in range(8):
            clock.advance(days=20)
            assert await is_session_valid(services, anna)
        clock.advance(days=21)
        assert not await is_session_valid(services, anna)

    async def test_stored_use_extends_the_session_in_another_process(
        self, services, anna, clock, wired
    ):
        assert await is_session_valid(services, anna)
        clock.advance(days=20)
        assert await is_session_valid(services, anna)
        async with unit_of_work(services.database) as unit:
            await services.actors.store_last_seen(unit)
        clock.advance(days=20)
        assert await is_session_valid(await wired(), anna)

    async def test_cached_session_is_read_again_before_it_is_considered_expired(
        self, services, anna, clock, wired
    ):
        other = await wired()
        assert await is_session_valid(other, anna)
        clock.advance(days=20)
        assert await is_session_valid(services, anna)
        async with unit_of_work(services.database) as unit:
            await services.actors.store_last_seen(unit)
        clock.advance(days=20)
        assert await is_session_valid(other, anna)
        clock.advance(days=31)
        assert not await is_session_valid(other, anna)


async def test_session_that_ends_during_the_lookup_is_not_cached(services, anna, monkeypatch):
    original = services.access.actor_of

    async def actor_of_ending_session(*arguments, **options):
        actor = await original(*arguments, **options)
        await perform(services, services.sessions.sign_out, anna.actor)
        return actor

    services.actors.invalidate(anna.session.id)
    monkeypatch.setattr(services.access, "actor_of", actor_of_ending_session)
    assert await actor_by_token(services, anna.token) is not None
    monkeypatch.undo()
    assert not await is_session_valid(services, anna)
