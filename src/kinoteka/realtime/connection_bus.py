"""A bus over a line that may break: what is common to Redis and the hub.

A line is one connection to whoever passes messages on. This module keeps it up: it connects
again after a pause that grows, renews the subscriptions, and knows what may have been missed. Who
could not publish says so to all others once it is back.
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

WAIT_SECONDS = 0.2
"""How long somebody waits for a subscription, or a start for its connection, at most."""
CONNECT_SECONDS = 5.0
PING_SECONDS = 1.0
SILENCE_SECONDS = 3.0
"""A line that has been silent for so long, though pinged, is given up."""
ANSWER_SECONDS = 2.0
"""So long may passing on a batch of messages take."""
PAUSE_FIRST, PAUSE_LONGEST = 0.05, 2.0
CLOSE_SECONDS = 1.0
END_SECONDS, PARTS_END_SECONDS = 3.0, 2.0
"""How long everything may take to end on closing; and reading, writing and pinging on a break."""

WAITING_MOST = 10_000
BATCH_MOST = 500
LOST_MOST = 1000
"""So many channels on which something was lost are told by name; beyond that it is all."""

SENDER_BYTES = 8
GAPS = "bus:gaps"


class LineBroken(Exception):
    """The line is of no use any more; the message says why."""


class Said(Enum):
    """What comes through a line."""

    MESSAGE = 1
    SUBSCRIBED = 2
    ALIVE = 3


class Heard(NamedTuple):
    """One thing that came through a line."""

    said: Said
    channel: str = ""
    message: bytes = b""


class Line(Protocol):
    """A connection to whoever passes messages on; every operation may raise LineBroken."""

    async def receive(self) -> Heard:
        """The next thing that comes; waits for it."""

    async def subscribe(self, channels: Sequence[str]) -> None:
        """Ask for channels; each is confirmed by SUBSCRIBED."""

    async def unsubscribe(self, channels: Sequence[str]) -> None:
        """Ask for channels no longer."""

    async def publish(self, messages: Sequence[tuple[str, bytes]]) -> None:
        """Have messages passed on; returns when they have been taken."""

    async def ping(self) -> None:
        """Ask for a sign of life."""

    async def close(self) -> None:
        """Let go; raises nothing."""


class Do(Enum):
    """What waits to be sent."""

    PUBLISH = 1
    SUBSCRIBE = 2
    UNSUBSCRIBE = 3


class Order(NamedTuple):
    """Something that waits to be sent."""

    do: Do
    channel: str
    message: bytes = b""


class LineBus:
    """A bus over lines that `connect` gives; it raises LineBroken where there is none."""

    def __init__(self, connect: Callable[[], Awaitable[Line]]) -> None:
        self._connect = connect
        self._sender = secrets.token_bytes(SENDER_BYTES)
        self._on_message: dict[str, list[OnMessage]] = {}
        self._on_gap: list[OnGap] = []
        self._connected = asyncio.Event()
        self._tasks = BackgroundTasks()
        self._heard_at = 0.0
        # Subscriptions: those wanted; of those asked for, how many answers are due, who waits
        # for them, and whether they are later than anybody waits.
        self._wanted: set[str] = {GAPS}
        self._due: dict[str, int] = {}
        self._confirmed: dict[str, asyncio.Future[None]] = {}
        self._late: set[str] = set()
        # Orders that wait, and the channels (None: all) on which messages were lost.
        self._orders: deque[Order] = deque()
        self._ordered = asyncio.Event()
        self._all_sent = asyncio.Event()
        self._all_sent.set()
        self._lost: set[str] | None = set()

    @property
    def is_connected(self) -> bool:
        """Whether messages go out and come in."""
        return self._connected.is_set()

    def on_message(self, topic: str, listener: OnMessage) -> None:
        """Call `listener` with messages of other processes on channels of this topic."""
        self._on_message.setdefault(topic, []).append(listener)

    def on_gap(self, listener: OnGap) -> None:
        """Call `listener` when messages may have been missed and all is well again."""
        self._on_gap.append(listener)

    def publish(self, channel: str, message: bytes) -> None:
        """Tell all other processes, without waiting; lost while the bus is away."""
        if not self.is_connected or len(self._orders) >= WAITING_MOST:
            self._lose(channel)
        else:
            self._order(Order(Do.PUBLISH, channel, self._sender + message))

    async def subscribe(self, channel: str) -> None:
        """Hear a channel from now on; waits until that is certain, but only for a moment."""
        if channel not in self._wanted:
            self._wanted.add(channel)
            if self.is_connected:
                self._ask_for(channel)
        confirmed = self._confirmed.get(channel)
        if confirmed is None:
            return
        if not self._late:  # else it is slow, and one has waited for it already
            await asyncio.wait([confirmed], timeout=WAIT_SECONDS)
        if not confirmed.done():
            self._late.add(channel)

    def unsubscribe(self, channel: str) -> None:
        """Hear a channel no longer."""
        self._wanted.discard(channel)
        self._late.discard(channel)
        if self.is_connected:
            self._order(Order(Do.UNSUBSCRIBE, channel))

    async def start(self) -> None:
        """Connect; without success in a moment, go on trying in the background."""
        self._tasks.start(self._keep_connected())
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await self._connected.wait()
        except TimeoutError:
            log.warning("bus: not there yet, goes on trying")

    async def close(self) -> None:
        """Send what waits, and disconnect."""
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._all_sent.wait()
        finally:
            await self._tasks.close(within=END_SECONDS)
            self._leave()

    async def _keep_connected(self) -> None:
        failures = 0
        while not self._tasks.is_closing:
            try:
                await self._serve_line()
            except LineBroken as broken:
                failures = 1 if self.is_connected else failures + 1
                self._leave()
                if failures == 1:
                    log.warning("bus: away, goes on trying", reason=str(broken))
            except Exception:
                failures += 1
                self._leave()
                log.exception("bus: away, goes on trying")
            pause = min(PAUSE_LONGEST, PAUSE_FIRST * 2 ** min(failures, 10))
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 (no secret)

    async def _serve_line(self) -> None:
        """Connect and serve until the line breaks.

        Raises:
            LineBroken
        """
        line = await _in_time(self._connect(), CONNECT_SECONDS)
        try:
            await _in_time(self._renew(line), CONNECT_SECONDS)
            self._enter()
            await _first_end(self._read(line), self._write(line), self._watch(line))
        finally:
            await line.close()

    async def _renew(self, line: Line) -> None:
        """Subscribe to what is wanted, which may change meanwhile."""
        confirmed: set[str] = set()
        while missing := self._wanted - confirmed:
            await line.subscribe(list(missing))
            while missing:
                heard = await line.receive()
                if heard.said is Said.SUBSCRIBED:
                    missing.discard(heard.channel)
                    confirmed.add(heard.channel)
                else:
                    self._take(heard)
        for channel in confirmed - self._wanted:
            self._order(Order(Do.UNSUBSCRIBE, channel))

    def _enter(self) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        self._connected.set()
        log.info("bus: there")
        self._tell_gap(None)
        self._ordered.set()  # what was lost is to be told

    def _leave(self) -> None:
        self._connected.clear()
        for order in self._orders:
            if order.do is Do.PUBLISH:
                self._lose(order.channel)
        self._orders.clear()
        self._all_sent.set()
        for confirmed in self._confirmed.values():
            confirmed.set_result(None)  # a gap will be told of everything
        self._confirmed.clear()
        self._due.clear()
        self._late.clear()

    async def _read(self, line: Line) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._take(await line.receive())
            self._heard_at = loop.time()

    async def _write(self, line: Line) -> None:
        while True:
            await self._ordered.wait()
            self._ordered.clear()
            self._tell_lost()
            while batch := self._next_batch():
                await _in_time(_send(line, batch), ANSWER_SECONDS)
                for _ in batch:  # only now: what could not be sent counts as lost
                    self._orders.popleft()
            self._all_sent.set()

    def _next_batch(self) -> list[Order]:
        """The orders that come next and are of one kind."""
        same = takewhile(lambda order: order.do is self._orders[0].do, self._orders)
        return list(islice(same, BATCH_MOST))

    async def _watch(self, line: Line) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(PING_SECONDS)
            if loop.time() - self._heard_at > SILENCE_SECONDS:
                raise LineBroken("silent")
            await _in_time(line.ping(), ANSWER_SECONDS)

    def _take(self, heard: Heard) -> None:
        if heard.said is Said.SUBSCRIBED:
            self._note_confirmed(heard.channel)
        elif heard.said is Said.MESSAGE and not heard.message.startswith(self._sender):
            message = heard.message[SENDER_BYTES:]
            if heard.channel == GAPS:
                for channel in msgspec.msgpack.decode(message, type=list[str] | None) or [None]:
                    self._tell_gap(channel)
            else:
                self._dispatch(heard.channel, message)

    def _dispatch(self, channel: str, message: bytes) -> None:
        for listener in self._on_message.get(channel.partition(":")[0], ()):
            try:
                listener(channel, message)
            except Exception:
                log.exception("bus: a message was not understood", channel=channel)

    def _ask_for(self, channel: str) -> None:
        self._due[channel] = self._due.get(channel, 0) + 1
        if channel not in self._confirmed:
            self._confirmed[channel] = asyncio.get_running_loop().create_future()
        self._order(Order(Do.SUBSCRIBE, channel))

    def _note_confirmed(self, channel: str) -> None:
        if channel not in self._due:
            return
        self._due[channel] -= 1
        if self._due[channel]:  # asked for again since, after having been let go
            return
        del self._due[channel]
        self._confirmed.pop(channel).set_result(None)
        if channel in self._late:
            self._late.discard(channel)
            self._tell_gap(channel)

    def _order(self, order: Order) -> None:
        self._orders.append(order)
        self._ordered.set()
        self._all_sent.clear()

    def _lose(self, channel: str) -> None:
        if self._lost is not None:
            self._lost.add(channel)
            if channel == GAPS or len(self._lost) > LOST_MOST:
                self._lost = None
        self._ordered.set()

    def _tell_lost(self) -> None:
        if self._lost is None or self._lost:
            lost = None if self._lost is None else sorted(self._lost)
            self._lost = set()
            message = self._sender + msgspec.msgpack.encode(lost)
            self._order(Order(Do.PUBLISH, GAPS, message))

    def _tell_gap(self, channel: str | None) -> None:
        for listener in self._on_gap:
            listener(channel)


async def _send(line: Line, batch: Sequence[Order]) -> None:
    """Send orders of one kind."""
    do, channels = batch[0].do, [order.channel for order in batch]
    if do is Do.PUBLISH:
        await line.publish([(order.channel, order.message) for order in batch])
    elif do is Do.SUBSCRIBE:
        await line.subscribe(channels)
    else:
        await line.unsubscribe(channels)


async def _in_time(work: Awaitable[T], seconds: float) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await work
    except TimeoutError:
        raise LineBroken(f"no answer within {seconds:g} seconds") from None


async def _first_end(*works: Coroutine[Any, Any, None]) -> None:
    """Do all of these until one fails; with its error."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
    finally:
        await end_tasks(*tasks, within=PARTS_END_SECONDS)
