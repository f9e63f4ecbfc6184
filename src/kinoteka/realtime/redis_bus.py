"""The bus through Redis or Valkey: publish and subscribe.

Two connections, because one that has subscribed does nothing else in RESP2, which every server
and proxy speaks. Names of channels begin with the installation's own, since publish and
subscribe knows no databases.
"""

import asyncio
import math
from collections.abc import Sequence
from contextlib import suppress

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from kinoteka.realtime.connection_bus import ANSWER_SECONDS, Heard, LineBroken, LineBus, Said

SAID = {b"message": Said.MESSAGE, b"subscribe": Said.SUBSCRIBED}
SUBSCRIBED_AT_ONCE = 500


def redis_address(url: str) -> str:
    """An address as the library knows it: valkey:// is redis://, and valkeys:// rediss://."""
    scheme, _, rest = url.partition("://")
    return f"{scheme.replace('valkey', 'redis')}://{rest}"


def redis_pool(url: str, timeout: float) -> ConnectionPool:
    """Connections to Redis that are given up after `timeout` seconds and never tried again."""
    return ConnectionPool.from_url(
        redis_address(url),
        protocol=2,
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
        retry=Retry(NoBackoff(), 0),
    )


def redis_bus(url: str, name: str) -> LineBus:
    """A bus through Redis; `name` tells this installation's channels from all others."""
    pool = redis_pool(url, ANSWER_SECONDS)

    async def connect() -> RedisLine:
        listening, telling = _connection(pool), _connection(pool)
        line = RedisLine(f"kinoteka:{name}:", listening, telling)
        await line.open()
        return line

    return LineBus(connect)


class RedisLine:
    """A connection that listens and one that tells."""

    def __init__(
        self, prefix: str, listening: AbstractConnection, telling: AbstractConnection
    ) -> None:
        self._prefix = prefix
        self._listening = listening
        self._telling = telling
        self._asking = asyncio.Lock()

    async def open(self) -> None:
        """Connect.

        Raises:
            LineBroken
        """
        try:
            for connection in (self._listening, self._telling):
                await connection.connect()  # type: ignore[no-untyped-call]
        except BaseException as error:
            await self.close()
            if isinstance(error, RedisError | OSError):
                raise LineBroken(str(error)) from None
            raise

    async def receive(self) -> Heard:
        """The next thing that comes; waits for it."""
        try:
            response = await self._listening.read_response(
                timeout=math.inf, disconnect_on_error=False
            )
        except (RedisError, OSError) as error:
            raise LineBroken(str(error)) from None
        said = SAID.get(response[0], Said.ALIVE)
        if said is Said.ALIVE:
            return Heard(said)
        channel = response[1].decode().removeprefix(self._prefix)
        return Heard(said, channel, response[2] if said is Said.MESSAGE else b"")

    async def subscribe(self, channels: Sequence[str]) -> None:
        """Ask for channels; each is confirmed by SUBSCRIBED."""
        for start in range(0, len(channels), SUBSCRIBED_AT_ONCE):
            some = channels[start : start + SUBSCRIBED_AT_ONCE]
            await self._order("SUBSCRIBE", *(self._prefix + channel for channel in some))

    async def unsubscribe(self, channels: Sequence[str]) -> None:
        """Ask for channels no longer."""
        await self._order("UNSUBSCRIBE", *(self._prefix + channel for channel in channels))

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Have messages passed on; returns when they have been taken."""
        await self._ask(
            [("PUBLISH", self._prefix + channel, message) for channel, message in messages]
        )

    async def ping(self) -> None:
        """Ask for a sign of life, on both connections."""
        await self._order("PING")
        await self._ask([("PING",)])

    async def close(self) -> None:
        """Let go; raises nothing."""
        for connection in (self._listening, self._telling):
            with suppress(RedisError, OSError):
                await connection.disconnect(nowait=True)

    async def _order(self, *command: str) -> None:
        try:
            await self._listening.send_command(*command, check_health=False)
        except (RedisError, OSError) as error:
            raise LineBroken(str(error)) from None

    async def _ask(self, commands: Sequence[tuple[str | bytes, ...]]) -> None:
        try:
            async with self._asking:
                packed = self._telling.pack_commands(commands)
                await self._telling.send_packed_command(packed, check_health=False)
                for _ in commands:
                    await self._telling.read_response()
        except (RedisError, OSError) as error:
            raise LineBroken(str(error)) from None


def _connection(pool: ConnectionPool) -> AbstractConnection:
    connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]
    return connection
