"""Moving windows in Redis: counted for all processes, in memory while it is away."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from kinoteka.storage.redis_windows import ANSWER_SECONDS, RedisWindows
from redis_servers import RedisServer, redis_server
from waiting import until

MINUTE = 60


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def new_windows(redis):
    made = []

    def new(name="name"):
        made.append(RedisWindows(redis.url, name))
        return made[-1]

    yield new
    for windows in made:
        await windows.close()


async def hit(windows, key="a", limit=3):
    return await windows.acquire_entry(key, limit, MINUTE)


async def test_all_processes_count_together_and_installations_apart(new_windows):
    one, other = new_windows(), new_windows()
    assert [await hit(windows) for windows in (one, other, one, other)] == [True] * 3 + [False]
    oldest, count = await other.get_moving_window("a", 3, MINUTE)
    assert count == 3
    assert abs(oldest - time.time()) < 30
    assert await hit(new_windows("another"))


async def test_keys_leave_by_themselves(redis, new_windows):
    await hit(new_windows())
    (key,) = redis.ask("KEYS", "*").split()
    assert key.startswith("kinoteka:name:limits:")
    assert 0 < int(redis.ask("TTL", key)) <= MINUTE


@pytest.mark.parametrize("how", ["stop", "freeze"])
async def test_while_it_is_away_it_is_counted_here_and_nobody_waits_again(redis, new_windows, how):
    windows = new_windows()
    for _ in range(3):
        await hit(windows)
    getattr(redis, how)()
    assert await hit(windows)  # whoever notices waits for a moment
    began = time.monotonic()
    for _ in range(20):
        await hit(windows)
        await windows.get_moving_window("a", 3, MINUTE)
    assert time.monotonic() - began < 20 * ANSWER_SECONDS
    assert not await hit(windows)


@pytest.mark.parametrize(("away", "back"), [("stop", "start"), ("freeze", "thaw")])
async def test_it_is_counted_there_again_once_it_is_back(redis, new_windows, away, back):
    one, other = new_windows(), new_windows()
    getattr(redis, away)()
    await asyncio.gather(hit(one), hit(other))
    getattr(redis, back)()
    await until(lambda: one._away is None and other._away is None)
    assert [await hit(windows, "b") for windows in (one, other, one, other)] == [True] * 3 + [False]
