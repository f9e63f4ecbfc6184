"""A bus over a connection that may break: the part that Redis and the local hub share.

It reconnects with a growing pause, renews the subscriptions and knows which messages may be
missing. A process that could not publish reports the affected channels to all others once it is
connected again.
"""

import asyncio
import random
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from enum import Enum
from itertools import islice, takewhile
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec
import structlog

from kinoteka.infrastructure.tasks import BackgroundTasks, end_tasks
from kinoteka.realtime.bus import OnGap, OnMessage

log = structlog.get_logger()

T = TypeVar("T")

SUBSCRIBE_WAIT_SECONDS = 0.2
"""How long `subscribe` and `start` wait for a confirmation at most."""
CONNECT_SECONDS = 5.0
PING_SECONDS = 1.0
MAX_SILENCE_SECONDS = 3.0
"""A connection that sends nothing for so long, although it was pinged, is closed."""
RESPONSE_SECONDS = 2.0
"""How long the other end may take to accept a batch of messages."""
MIN_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.05, 2.0
CLOSE_SECONDS = 1.0
END_SECONDS, TASK_END_SECONDS = 3.0, 2.0
"""How long all tasks may take to end on close, and the tasks of one connection when it breaks."""

MAX_WAITING = 10_000
MAX_BATCH = 500
MAX_LOST_CHANNELS = 1000
"""Up to so many channels with lost messages are reported by name; beyond that, all are."""

SENDER_BYTES = 8
GAPS = "bus:gaps"


class BusConnectionLost(Exception):
    """The connection is no longer usable; the message says why."""


class EventKind(Enum):
    """The kinds of events that a connection delivers."""

    MESSAGE = 1
    SUBSCRIBED = 2
    ALIVE = 3


class BusEvent(NamedTuple):
    """An event that a connection delivered."""

    kind: EventKind
    channel: str = ""
    message: bytes = b""


class BusConnection(Protocol):
    """A connection to Redis or the hub; every operation may raise BusConnectionLost."""

    async def receive(self) -> BusEvent:
        """Wait for the next event and return it."""

    async def subscribe(self, channels: Sequence[str]) -> None:
        """Subscribe to channels; a SUBSCRIBED event confirms each."""

    async def unsubscribe(self, channels: Sequence[str]) -> None:
        """Unsubscribe from channels."""

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Send messages; return when the other end has accepted them."""

    async def ping(self) -> None:
        """Ask the other end to respond."""

    async def close(self) -> None:
        """Close the connection; raise nothing."""


class CommandKind(Enum):
    """The kinds of commands."""

    PUBLISH = 1
    SUBSCRIBE = 2
    UNSUBSCRIBE = 3


class Command(NamedTuple):
    """A command that waits to be sent."""

    do: CommandKind
    channel: str
    message: bytes = b""


class ConnectionBus:
    """A bus over the connections that `connect` opens; `connect` may raise BusConnectionLost."""

    def __init__(self, connect: Callable[[], Awaitable[BusConnection]]) -> None:
        self._connect = connect
        self._sender = secrets.token_bytes(SENDER_BYTES)
        self._on_message: dict[str, list[OnMessage]] = {}
        self._on_gap: list[OnGap] = []
        self._connected = asyncio.Event()
        self._tasks = BackgroundTasks()
        self._last_event_at = 0.0
        # Subscriptions; how many confirmations of each are outstanding; who waits for them; and
        # which of them nobody waits for any more.
        self._subscriptions: set[str] = {GAPS}
        self._due: dict[str, int] = {}
        self._confirmed: dict[str, asyncio.Future[None]] = {}
        self._late: set[str] = set()
        # Commands that wait to be sent, and the channels (None: all) on which messages were lost.
        self._commands: deque[Command] = deque()
        self._has_commands = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._all_sent.set()
        self._lost: set[str] | None = set()

    @property
    def is_connected(self) -> bool:
        """Return whether messages can be sent and received."""
        return self._connected.is_set()

    def on_message(self, topic: str, listener: OnMessage) -> None:
        """Call `listener` with messages of other processes on channels of this topic."""
        self._on_message.setdefault(topic, []).append(listener)

    def on_gap(self, listener: OnGap) -> None:
        """Call `listener` once the bus works again after messages may have been lost."""
        self._on_gap.append(listener)

    def publish(self, channel: str, message: bytes) -> None:
        """Send a message to all other processes without waiting; it is lost while disconnected."""
        if not self.is_connected or len(self._commands) >= MAX_WAITING:
            self._mark_lost(channel)
        else:
            self._enqueue(Command(CommandKind.PUBLISH, channel, self._sender + message))

    async def subscribe(self, channel: str) -> None:
        """Subscribe to a channel; wait for the confirmation, but only briefly."""
        if channel not in self._subscriptions:
            self._subscriptions.add(channel)
            if self.is_connected:
                self._ask_for(channel)
        confirmed = self._confirmed.get(channel)
        if confirmed is None:
            return
        if not self._late:  # otherwise the bus is slow, and another caller has already waited
            await asyncio.wait([confirmed], timeout=SUBSCRIBE_WAIT_SECONDS)
        if not confirmed.done():
            self._late.add(channel)

    def unsubscribe(self, channel: str) -> None:
        """Unsubscribe from a channel."""
        self._subscriptions.discard(channel)
        self._late.discard(channel)
        if self.is_connected:
            self._enqueue(Command(CommandKind.UNSUBSCRIBE, channel))

    async def start(self) -> None:
        """Connect; if that does not succeed quickly, keep trying in the background."""
        self._tasks.start(self._keep_connected())
        try:
            async with asyncio.timeout(SUBSCRIBE_WAIT_SECONDS):
                await self._connected.wait()
        except TimeoutError:
            log.warning("bus: not connected yet, still trying")

    async def close(self) -> None:
        """Send the waiting messages and disconnect."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._all_sent.wait()
        finally:
            await self._tasks.close(within=END_SECONDS)
            self._set_disconnected()

    async def _keep_connected(self) -> None:
        failures = 0
        while not self._tasks.is_closing:
            try:
                await self._serve_connection()
            except BusConnectionLost as broken:
                failures = 1 if self.is_connected else failures + 1
                self._set_disconnected()
                if failures == 1:
                    log.warning("bus: disconnected, reconnecting", reason=str(broken))
            except Exception:
                failures += 1
                self._set_disconnected()
                log.exception("bus: disconnected, reconnecting")
            pause = min(MAX_PAUSE_SECONDS, MIN_PAUSE_SECONDS * 2 ** min(failures, 10))
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 (no secret)

    async def _serve_connection(self) -> None:
        """Connect, and serve until the connection breaks.

        Raises:
            BusConnectionLost
        """
        connection = await _within(self._connect(), CONNECT_SECONDS)
        try:
            await _within(self._renew(connection), CONNECT_SECONDS)
            self._set_connected()
            await _run_until_first_ends(
                self._read(connection), self._write(connection), self._watch(connection)
            )
        finally:
            await connection.close()

    async def _renew(self, connection: BusConnection) -> None:
        """Renew all subscriptions; they may change meanwhile."""
        confirmed: set[str] = set()
        while missing := self._subscriptions - confirmed:
            await connection.subscribe(list(missing))
            while missing:
                event = await connection.receive()
                if event.kind is EventKind.SUBSCRIBED:
                    missing.discard(event.channel)
                    confirmed.add(event.channel)
                else:
                    self._handle(event)
        for channel in confirmed - self._subscriptions:
            self._enqueue(Command(CommandKind.UNSUBSCRIBE, channel))

    def _set_connected(self) -> None:
        self._last_event_at = asyncio.get_running_loop().time()
        self._connected.set()
        log.info("bus: connected")
        self._report_gap(None)
        self._has_commands.set()  # report the lost messages

    def _set_disconnected(self) -> None:
        self._connected.clear()
        for order in self._commands:
            if order.do is CommandKind.PUBLISH:
                self._mark_lost(order.channel)
        self._commands.clear()
        self._all_sent.set()
        for confirmed in self._confirmed.values():
            confirmed.set_result(None)  # the reconnection reports a gap for everything
        self._confirmed.clear()
        self._due.clear()
        self._late.clear()

    async def _read(self, connection: BusConnection) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._handle(await connection.receive())
            self._last_event_at = loop.time()

    async def _write(self, connection: BusConnection) -> None:
        while True:
            await self._has_commands.wait()
            self._has_commands.clear()
            self._report_lost()
            while batch := self._next_batch():
                await _within(_send(connection, batch), RESPONSE_SECONDS)
                for _ in batch:  # only now: commands that could not be sent count as lost
                    self._commands.popleft()
            self._all_sent.set()

    def _next_batch(self) -> list[Command]:
        """Return the next commands that are of one kind."""
        same = takewhile(lambda order: order.do is self._commands[0].do, self._commands)
        return list(islice(same, MAX_BATCH))

    async def _watch(self, connection: BusConnection) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(PING_SECONDS)
            if loop.time() - self._last_event_at > MAX_SILENCE_SECONDS:
                raise BusConnectionLost("the connection is silent")
            await _within(connection.ping(), RESPONSE_SECONDS)

    def _handle(self, event: BusEvent) -> None:
        if event.kind is EventKind.SUBSCRIBED:
            self._note_confirmed(event.channel)
        elif event.kind is EventKind.MESSAGE and not event.message.startswith(self._sender):
            message = event.message[SENDER_BYTES:]
            if event.channel == GAPS:
                channels = msgspec.msgpack.decode(message, type=list[str] | None)
                for channel in channels or (None,):
                    self._report_gap(channel)
            else:
                self._dispatch(event.channel, message)

    def _dispatch(self, channel: str, message: bytes) -> None:
        for listener in self._on_message.get(channel.partition(":")[0], ()):
            try:
                listener(channel, message)
            except Exception:
                log.exception("bus: a listener failed on a message", channel=channel)

    def _ask_for(self, channel: str) -> None:
        self._due[channel] = self._due.get(channel, 0) + 1
        if channel not in self._confirmed:
            self._confirmed[channel] = asyncio.get_running_loop().create_future()
        self._enqueue(Command(CommandKind.SUBSCRIBE, channel))

    def _note_confirmed(self, channel: str) -> None:
        if channel not in self._due:
            return
        self._due[channel] -= 1
        if self._due[channel]:  # subscribed again after an unsubscription
            return
        del self._due[channel]
        self._confirmed.pop(channel).set_result(None)
        if channel in self._late:
            self._late.discard(channel)
            self._report_gap(channel)

    def _enqueue(self, order: Command) -> None:
        self._commands.append(order)
        self._has_commands.set()
        self._all_sent.clear()

    def _mark_lost(self, channel: str) -> None:
        if self._lost is not None:
            self._lost.add(channel)
            if channel == GAPS or len(self._lost) > MAX_LOST_CHANNELS:
                self._lost = None
        self._has_commands.set()

    def _report_lost(self) -> None:
        if self._lost is None or self._lost:
            lost = None if self._lost is None else sorted(self._lost)
            self._lost = set()
            message = self._sender + msgspec.msgpack.encode(lost)
            self._enqueue(Command(CommandKind.PUBLISH, GAPS, message))

    def _report_gap(self, channel: str | None) -> None:
        for listener in self._on_gap:
            listener(channel)


async def _send(connection: BusConnection, batch: Sequence[Command]) -> None:
    """Send commands of one kind."""
    do, channels = batch[0].do, [order.channel for order in batch]
    if do is CommandKind.PUBLISH:
        await connection.publish([(order.channel, order.message) for order in batch])
    elif do is CommandKind.SUBSCRIBE:
        await connection.subscribe(channels)
    else:
        await connection.unsubscribe(channels)


async def _within(work: Awaitable[T], seconds: float) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        raise BusConnectionLost(f"no response within {seconds:g} seconds") from None


async def _run_until_first_ends(*works: Coroutine[Any, Any, None]) -> None:
    """Run all of these until one fails, and raise its error."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        await end_tasks(*tasks, within=TASK_END_SECONDS)
