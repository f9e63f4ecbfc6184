"""Moving windows in Redis, counted for all processes; in memory while Redis is away."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar, cast

import structlog
from limits.aio.storage import RedisStorage
from redis.asyncio import ConnectionPool, Redis
from redis.exceptions import RedisError

from kinoteka.storage.redis_bus import redis_pool
from kinoteka.storage.windows import MemoryWindows, Windows

log = structlog.get_logger()

T = TypeVar("T")

ANSWER_SECONDS = 0.2
"""So long is waited for Redis, once; then it is away until it answers again."""
TRY_SECONDS = 0.5


class RedisWindows:
    """Counts in Redis; `name` tells this installation's keys from all others."""

    def __init__(self, url: str, name: str) -> None:
        self._pool = redis_pool(url, ANSWER_SECONDS)
        self._redis = Redis(connection_pool=self._pool)
        self._there: Windows = _storage(self._pool, f"kinoteka:{name}:limits")
        self._here = MemoryWindows()
        self._away: asyncio.Task[None] | None = None

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` events now, unless there were too many in the last `expiry` seconds."""
        if self._away is None:
            try:
                return await _in_time(self._there.acquire_entry(key, limit, expiry, amount))
            except (RedisError, OSError) as error:
                self._leave(error)
        return await self._here.acquire_entry(key, limit, expiry, amount)

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest event that still counts was, and how many there are."""
        if self._away is None:
            try:
                return await _in_time(self._there.get_moving_window(key, limit, expiry))
            except (RedisError, OSError) as error:
                self._leave(error)
        return await self._here.get_moving_window(key, limit, expiry)

    async def close(self) -> None:
        """Disconnect."""
        if self._away is not None:
            self._away.cancel()
            await asyncio.gather(self._away, return_exceptions=True)
        await self._pool.disconnect()

    def _leave(self, error: Exception) -> None:
        if self._away is None:
            log.warning("limits: Redis is away, counting in memory", reason=str(error))
            self._away = asyncio.create_task(self._come_back())

    async def _come_back(self) -> None:
        while True:
            await asyncio.sleep(TRY_SECONDS)
            try:
                await _in_time(self._redis.ping())
                break
            except (RedisError, OSError):
                continue
        log.info("limits: Redis is there, counting in it")
        self._away = None


def _storage(pool: ConnectionPool, prefix: str) -> Windows:
    options: dict[str, Any] = {"connection_pool": pool}
    # The address is only what it takes for the kind of server; the connections are the pool's.
    storage = RedisStorage("async+redis://", implementation="redispy", key_prefix=prefix, **options)
    return cast(Windows, storage)


async def _in_time(work: Awaitable[T]) -> T:
    async with asyncio.timeout(ANSWER_SECONDS):
        return await work
