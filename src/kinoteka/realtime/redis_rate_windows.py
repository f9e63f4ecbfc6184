"""Sliding windows in Redis, shared by all processes; in memory while Redis is unavailable.

A counter is a list of times in milliseconds, oldest first, which expires with its newest. The
times come from the clock of Redis, which all processes share. If that clock is set back, times in
the future are discarded, because they would keep the counter full until then.

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
from kinoteka.realtime.rate_windows import MAX_COUNTERS, Counter, MemoryWindows
from kinoteka.realtime.redis_bus import redis_pool

log = structlog.get_logger()

T = TypeVar("T")

RESPONSE_SECONDS = 0.2
"""How long a process waits for Redis before it counts in memory until Redis responds again."""
RETRY_SECONDS = 0.5

ACQUIRE = """
local counter, index = KEYS[1], KEYS[2]
local limit, span, max_counters = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
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
local excess = redis.call('ZCARD', index) - max_counters
if excess > 0 then
    for _, unused in ipairs(redis.call('ZRANGE', index, 0, excess - 1)) do
        redis.call('DEL', unused)
        redis.call('ZREM', index, unused)
    end
end
return 0
"""


class RedisWindows:
    """Counts in Redis; `name` is part of the prefix of this installation's keys."""

    is_shared = True

    def __init__(self, url: str, name: str, max_counters: int = MAX_COUNTERS) -> None:
        """Store this many counters of each kind; beyond that, discard the least recently used."""
        self._pool = redis_pool(url, RESPONSE_SECONDS)
        self._redis = Redis(connection_pool=self._pool)
        self._acquire = self._redis.register_script(ACQUIRE)
        self._prefix = f"kinoteka:{name}:limits"
        self._max_counters = max_counters
        self._memory = MemoryWindows(max_counters)
        self._tasks = BackgroundTasks()
        self.is_away = False
        """Whether Redis is unavailable, so that this process counts in memory."""

    async def acquire(self, counter: Counter) -> float:
        """Count one event and return 0; if the counter is full, the seconds until it is not."""
        if not self.is_away:
            try:
                return await _within(self._acquire_in_redis(counter))
            except (RedisError, OSError) as error:
                self._set_disconnected(error)
        return await self._memory.acquire(counter)

    async def release(self, counter: Counter) -> None:
        """Remove the newest event, if there is one."""
        if not self.is_away:
            try:
                await _within(cast(Awaitable[object], self._redis.rpop(self._key(counter))))
            except (RedisError, OSError) as error:
                self._set_disconnected(error)
            return
        await self._memory.release(counter)

    async def close(self) -> None:
        """Disconnect."""
        await self._tasks.close()
        with suppress(RedisError, OSError):
            await _within(self._pool.disconnect())

    async def _acquire_in_redis(self, counter: Counter) -> float:
        key = self._key(counter)
        index = f"{self._prefix}:{counter.kind}:{counter.seconds}"
        arguments = [counter.limit, counter.seconds * 1000, self._max_counters]
        return float(await self._acquire(keys=[key, index], args=arguments)) / 1000

    def _key(self, counter: Counter) -> str:
        return f"{self._prefix}:{counter.kind}:{counter.seconds}:{counter.key}"

    def _set_disconnected(self, error: Exception) -> None:
        if not self.is_away:
            log.warning("limits: Redis is unavailable, counting in memory", reason=str(error))
            self.is_away = True
            self._tasks.start(self._wait_for_redis())

    async def _wait_for_redis(self) -> None:
        while not self._tasks.is_closing:
            await asyncio.sleep(RETRY_SECONDS)
            with suppress(RedisError, OSError):
                await _within(self._redis.ping())
                log.info("limits: Redis is available again, counting in Redis")
                self.is_away = False
                return


async def _within(operation: Awaitable[T]) -> T:
    async with asyncio.timeout(RESPONSE_SECONDS):
        return await operation
