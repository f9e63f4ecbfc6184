"""The bus through Redis or Valkey: publish and subscribe.

It uses two connections, because in RESP2, which every server and proxy supports, a connection
with subscriptions can do nothing else. Channel names begin with the installation's prefix,
because publish and subscribe ignores database numbers.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from typing import cast

from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from kinoteka.realtime.connection_bus import (
    RESPONSE_SECONDS,
    BusConnectionLost,
    BusEvent,
    ConnectionBus,
    EventKind,
)

EVENT_KINDS = {"message": EventKind.MESSAGE, "subscribe": EventKind.SUBSCRIBED}
SUBSCRIBE_BATCH = 500
CLOSE_SECONDS = 0.5
"""How long a connection may take to close, because a server that hangs does not take part."""


def redis_address(url: str) -> str:
    """Return the URL with the scheme that the library knows: valkey → redis, valkeys → rediss."""
    scheme, _, rest = url.partition("://")
    return f"{scheme.replace('valkey', 'redis')}://{rest}"


def redis_pool(url: str, timeout: float) -> ConnectionPool:
    """Create a pool whose operations fail after `timeout` seconds and are not retried."""
    return ConnectionPool.from_url(
        redis_address(url),
        protocol=2,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
    )


def redis_bus(url: str, name: str) -> ConnectionBus:
    """Create a bus through Redis; `name` is the prefix of this installation's channels."""

    async def connect() -> RedisConnection:
        connection = RedisConnection(f"kinoteka:{name}:", redis_pool(url, RESPONSE_SECONDS))
        await connection.open()
        return connection

    return ConnectionBus(connect)


class RedisConnection:
    """A connection that subscribes and one that publishes.

    The library reconnects after an error, but it reports the error first, so the caller knows that
    messages may be missing.
    """

    def __init__(self, prefix: str, pool: ConnectionPool) -> None:
        self._prefix = prefix
        self._pool = pool
        self._redis = Redis(connection_pool=pool)
        self._subscriptions: PubSub = self._redis.pubsub()
        self._publish_lock = asyncio.Lock()  # so that one connection suffices

    async def open(self) -> None:
        """Connect.

        Raises:
            BusConnectionLost
        """
        try:
            await self._subscriptions.connect()  # type: ignore[no-untyped-call]
            await self._check_publishing()
        except BaseException as error:
            await self.close()
            if isinstance(error, RedisError | OSError):
                raise BusConnectionLost(str(error)) from None
            raise

    async def receive(self) -> BusEvent:
        """Wait for the next event and return it."""
        try:
            response = await self._subscriptions.get_message(timeout=None)
        except (RedisError, OSError) as error:
            raise BusConnectionLost(str(error)) from None
        kind = EVENT_KINDS.get(response["type"], EventKind.ALIVE) if response else EventKind.ALIVE
        if kind is EventKind.ALIVE:
            return BusEvent(kind)
        channel = response["channel"].decode().removeprefix(self._prefix)
        return BusEvent(kind, channel, response["data"] if kind is EventKind.MESSAGE else b"")

    async def subscribe(self, channels: Sequence[str]) -> None:
        """Subscribe to channels; a SUBSCRIBED event confirms each."""
        for start in range(0, len(channels), SUBSCRIBE_BATCH):
            some = channels[start : start + SUBSCRIBE_BATCH]
            await _sent(self._subscriptions.subscribe(*map(self._named, some)))

    async def unsubscribe(self, channels: Sequence[str]) -> None:
        """Unsubscribe from channels."""
        await _sent(self._subscriptions.unsubscribe(*map(self._named, channels)))

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Send messages; return when Redis has accepted them."""
        pipeline = self._redis.pipeline(transaction=False)
        for channel, message in messages:
            pipeline.publish(self._named(channel), message)
        async with self._publish_lock:
            await _sent(pipeline.execute())

    async def ping(self) -> None:
        """Ping over both connections."""
        await _sent(self._subscriptions.ping())
        await _sent(self._check_publishing())

    async def close(self) -> None:
        """Close both connections; raise nothing."""
        for close in (self._subscriptions.aclose, self._pool.disconnect):
            with suppress(RedisError, OSError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await close()  # type: ignore[no-untyped-call]

    async def _check_publishing(self) -> None:
        async with self._publish_lock:
            await cast(Awaitable[object], self._redis.ping())

    def _named(self, channel: str) -> str:
        return self._prefix + channel


async def _sent(sending: Awaitable[object]) -> None:
    """Wait until commands are sent.

    Raises:
        BusConnectionLost
    """
    try:
        await sending
    except (RedisError, OSError) as error:
        raise BusConnectionLost(str(error)) from None
