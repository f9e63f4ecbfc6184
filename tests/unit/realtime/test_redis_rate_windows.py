"""Sliding windows in Redis: shared by all processes, in memory while Redis is unavailable."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from kinoteka.infrastructure import tasks
from kinoteka.realtime import redis_rate_windows as module
from kinoteka.realtime.rate_windows import Counter
from kinoteka.realtime.redis_rate_windows import RESPONSE_SECONDS, RedisWindows
from tests.support.polling import wait_until
from tests.support.redis_servers import RedisServer, redis_server
from tests.support.suspension_points import close_at_each_point

MINUTE = 60


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def new_windows(redis, patient_windows):
    made = []

    def new(name="name", max_counters=1000):
        made.append(RedisWindows(redis.url, name, max_counters))
        return made[-1]

    yield new
    for windows in made:
        await windows.close()


async def hit(windows, who="a", limit=3):
    """Return whether one more event is allowed."""
    return not await windows.acquire(Counter("search", who, limit, MINUTE))


async def test_processes_share_counters_and_installations_do_not(new_windows):
    one, other = new_windows(), new_windows()
    assert [await hit(windows) for windows in (one, other, one, other)] == [True] * 3 + [False]
    assert await hit(new_windows("another"))


async def test_full_counter_returns_the_seconds_to_wait(new_windows):
    windows = new_windows()
    await hit(windows, limit=1)
    assert 0 < await windows.acquire(Counter("search", "a", 1, MINUTE)) <= MINUTE


async def test_released_event_makes_room(new_windows):
    one, other = new_windows(), new_windows()
    assert await hit(one, limit=1)
    await one.release(Counter("search", "a", 1, MINUTE))
    assert [await hit(windows, limit=1) for windows in (other, one)] == [True, False]


async def test_keys_expire(redis, new_windows):
    await hit(new_windows())
    keys = redis.ask("KEYS", "*").split()
    assert len(keys) == 2
    for key in keys:
        assert key.startswith("kinoteka:name:limits:search:60")
        assert 0 < int(redis.ask("TTL", key)) <= MINUTE


async def test_number_of_counters_is_bounded_for_each_kind(redis, new_windows):
    windows = new_windows(max_counters=5)
    for number in range(20):
        await hit(windows, str(number))
    assert len(redis.ask("KEYS", "*").split()) == 5 + 1
    assert [await hit(windows, who, limit=1) for who in ("19", "0")] == [False, True]


async def test_redis_clock_that_is_set_back_frees_the_counters(redis, new_windows):
    windows = new_windows()
    await hit(windows, limit=1)
    (key,) = [key for key in redis.ask("KEYS", "*").split() if key.endswith(":a")]
    later = int(redis.ask("LINDEX", key, "0")) + 24 * 60 * 60 * 1000
    redis.ask("LSET", key, "0", str(later))
    assert await hit(windows, limit=1)


@pytest.mark.parametrize("how", ["stop", "freeze"])
async def test_unavailable_redis_is_waited_for_once(redis, new_windows, how):
    windows = new_windows()
    for _ in range(3):
        await hit(windows)
    getattr(redis, how)()
    assert await hit(windows)  # the first request waits for the timeout
    began = time.monotonic()
    for _ in range(20):
        await hit(windows)
        await windows.release(Counter("search", "b", 3, MINUTE))
    assert time.monotonic() - began < 20 * RESPONSE_SECONDS
    assert not await hit(windows)


@pytest.mark.parametrize(("away", "back"), [("stop", "start"), ("freeze", "thaw")])
async def test_counting_returns_to_redis_when_it_is_available(redis, new_windows, away, back):
    one, other = new_windows(), new_windows()
    getattr(redis, away)()
    await asyncio.gather(hit(one), hit(other))
    getattr(redis, back)()
    await wait_until(lambda: not one.is_away and not other.is_away)
    assert [await hit(windows, "b") for windows in (one, other, one, other)] == [True] * 3 + [False]


@pytest.mark.parametrize("losing", [0, 1, 2])
@pytest.mark.parametrize("how", ["stop", "freeze"])
async def test_windows_close_at_each_await_point(redis, monkeypatch, how, losing):
    monkeypatch.setattr(tasks, "RECANCEL_SECONDS", 0.01)
    monkeypatch.setattr(module, "RESPONSE_SECONDS", 0.01)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    getattr(redis, how)()

    def scenario():
        windows = module.RedisWindows(redis.url, "name")

        async def use():
            for _ in range(3):
                await hit(windows)
                await asyncio.sleep(0)

        return use(), windows.close

    await close_at_each_point(scenario, losing)
