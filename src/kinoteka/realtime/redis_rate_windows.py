"""Moving windows in Redis, counted for all processes; in memory while Redis is away.

A counter is a list of times in milliseconds, oldest first, which expires with its newest. The
clock is that of Redis, which all processes share. Times later than now come from a clock that has
been set back; they are discarded, since they would keep the counter full until then.

A sorted set for each kind holds the counters by the time of their last event, so that their
number can be bounded.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import TypeVar, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from kinoteka.infrastructure.tasks import BackgroundTasks
from kinoteka.realtime.rate_windows import COUNTERS_MOST, Counter, MemoryWindows
from kinoteka.realtime.redis_bus import redis_pool

log = structlog.get_logger()

T = TypeVar("T")

ANSWER_SECONDS = 0.2
"""How long a process waits for Redis, once; then Redis is away until it answers again."""
TRY_SECONDS = 0.5

ACQUIRE = """
local counter, index = KEYS[1], KEYS[2]
local limit, span, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local newest = redis.call('LINDEX', counter, -1)
while newest and tonumber(newest) > now do
    redis.call('RPOP', counter)
    newest = redis.call('LINDEX', counter, -1)
end
local oldest = redis.call('LINDEX', counter, 0)
while oldest and tonumber(oldest) <= now - span do
    redis.call('LPOP', counter)
    oldest = redis.call('LINDEX', counter, 0)
end
local count = redis.call('LLEN', counter)
if count >= limit then
    return redis.call('LINDEX', counter, count - limit) + span - now
end
redis.call('RPUSH', counter, now)
redis.call('PEXPIRE', counter, span)
redis.call('ZADD', index, now, counter)
redis.call('PEXPIRE', index, span)
redis.call('ZREMRANGEBYSCORE', index, '-inf', now - span)
local excess = redis.call('ZCARD', index) - most
if excess > 0 then
    for _, unused in ipairs(redis.call('ZRANGE', index, 0, excess - 1)) do
        redis.call('DEL', unused)
        redis.call('ZREM', index, unused)
    end
end
return 0
"""


class RedisWindows:
    """Counts in Redis; `name` tells this installation's keys from all others."""

    is_shared = True

    def __init__(self, url: str, name: str, most: int = COUNTERS_MOST) -> None:
        """Hold `most` counters of each kind; past that, discard the one used longest ago."""
        self._pool = redis_pool(url, ANSWER_SECONDS)
        self._redis = Redis(connection_pool=self._pool)
        self._acquire = self._redis.register_script(ACQUIRE)
        self._prefix = f"kinoteka:{name}:limits"
        self._most = most
        self._here = MemoryWindows(most)
        self._tasks = BackgroundTasks()
        self.is_away = False
        """Whether Redis is away, so that this process counts by itself."""

    async def acquire(self, counter: Counter) -> float:
        """Count one event and return 0; if the counter is full, the seconds until it is not."""
        if not self.is_away:
            try:
                return await _in_time(self._acquire_there(counter))
            except (RedisError, OSError) as error:
                self._leave(error)
        return await self._here.acquire(counter)

    async def release(self, counter: Counter) -> None:
        """Take the newest event back, if there is one."""
        if not self.is_away:
            try:
                await _in_time(cast(Awaitable[object], self._redis.rpop(self._key(counter))))
            except (RedisError, OSError) as error:
                self._leave(error)
            return
        await self._here.release(counter)

    async def close(self) -> None:
        """Disconnect."""
        await self._tasks.close()
        with suppress(RedisError, OSError):
            await _in_time(self._pool.disconnect())

    async def _acquire_there(self, counter: Counter) -> float:
        key = self._key(counter)
        index = f"{self._prefix}:{counter.kind}:{counter.seconds}"
        given = [counter.limit, counter.seconds * 1000, self._most]
        return float(await self._acquire(keys=[key, index], args=given)) / 1000

    def _key(self, counter: Counter) -> str:
        return f"{self._prefix}:{counter.kind}:{counter.seconds}:{counter.who}"

    def _leave(self, error: Exception) -> None:
        if not self.is_away:
            log.warning("limits: Redis is away, counting in memory", reason=str(error))
            self.is_away = True
            self._tasks.start(self._come_back())

    async def _come_back(self) -> None:
        while not self._tasks.is_closing:
            await asyncio.sleep(TRY_SECONDS)
            with suppress(RedisError, OSError):
                await _in_time(self._redis.ping())
                log.info("limits: Redis is there, counting in it")
                self.is_away = False
                return


async def _in_time(work: Awaitable[T]) -> T:
    async with asyncio.timeout(ANSWER_SECONDS):
        return await work
