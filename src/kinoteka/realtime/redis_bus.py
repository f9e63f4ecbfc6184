"""The bus through Redis or Valkey: publish and subscribe.

It uses two connections, because in RESP2, which every server and proxy supports, a connection
with subscriptions can do nothing else. Channel names begin with the installation's prefix,
because publish and subscribe ignores database numbers.
"""

import asyncio
import math
from collections.abc import Sequence
from contextlib import suppress

from redis.asyncio.connection import AbstractConnection, ConnectionPool
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

EVENT_KINDS = {b"message": EventKind.MESSAGE, b"subscribe": EventKind.SUBSCRIBED}
SUBSCRIBE_BATCH = 500


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
    pool = redis_pool(url, RESPONSE_SECONDS)

    async def connect() -> RedisConnection:
        subscribing, publishing = _connection(pool), _connection(pool)
        connection = RedisConnection(f"kinoteka:{name}:", subscribing, publishing)
        await connection.open()
        return connection

    return ConnectionBus(connect)


class RedisConnection:
    """A connection that subscribes and one that publishes."""

    def __init__(
        self, prefix: str, subscribing: AbstractConnection, publishing: AbstractConnection
    ) -> None:
        self._prefix = prefix
        self._subscribing = subscribing
        self._publishing = publishing
        self._publish_lock = asyncio.Lock()

    async def open(self) -> None:
        """Connect.

        Raises:
            BusConnectionLost
        """
        try:
            for connection in (self._subscribing, self._publishing):
                await connection.connect()  # type: ignore[no-untyped-call]
        except BaseException as error:
            await self.close()
            if isinstance(error, RedisError | OSError):
                raise BusConnectionLost(str(error)) from None
            raise

    async def receive(self) -> BusEvent:
        """Wait for the next event and return it."""
        try:
            response = await self._subscribing.read_response(
                timeout=math.inf, disconnect_on_error=False
            )
        except (RedisError, OSError) as error:
            raise BusConnectionLost(str(error)) from None
        kind = EVENT_KINDS.get(response[0], EventKind.ALIVE)
        if kind is EventKind.ALIVE:
            return BusEvent(kind)
        channel = response[1].decode().removeprefix(self._prefix)
        return BusEvent(kind, channel, response[2] if kind is EventKind.MESSAGE else b"")

    async def subscribe(self, channels: Sequence[str]) -> None:
        """Subscribe to channels; a SUBSCRIBED event confirms each."""
        for start in range(0, len(channels), SUBSCRIBE_BATCH):
            some = channels[start : start + SUBSCRIBE_BATCH]
            await self._enqueue("SUBSCRIBE", *(self._prefix + channel for channel in some))

    async def unsubscribe(self, channels: Sequence[str]) -> None:
        """Unsubscribe from channels."""
        await self._enqueue("UNSUBSCRIBE", *(self._prefix + channel for channel in channels))

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Send messages; return when Redis has accepted them."""
        await self._execute(
            [("PUBLISH", self._prefix + channel, message) for channel, message in messages]
        )

    async def ping(self) -> None:
        """Ping over both connections."""
        await self._enqueue("PING")
        await self._execute([("PING",)])

    async def close(self) -> None:
        """Close both connections; raise nothing."""
        for connection in (self._subscribing, self._publishing):
            with suppress(RedisError, OSError):
                await connection.disconnect(nowait=True)

    async def _enqueue(self, *command: str) -> None:
        try:
            await self._subscribing.send_command(*command, check_health=False)
        except (RedisError, OSError) as error:
            raise BusConnectionLost(str(error)) from None

    async def _execute(self, commands: Sequence[tuple[str | bytes, ...]]) -> None:
        try:
            async with self._publish_lock:
                packed = self._publishing.pack_commands(commands)
                await self._publishing.send_packed_command(packed, check_health=False)
                for _ in commands:
                    await self._publishing.read_response()
        except (RedisError, OSError) as error:
            raise BusConnectionLost(str(error)) from None


def _connection(pool: ConnectionPool) -> AbstractConnection:
    connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]
    return connection
