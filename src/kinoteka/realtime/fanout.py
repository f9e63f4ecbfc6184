"""Fan-out: what has happened reaches everybody who listens to its channel.

`FanOut` is what services rely on; `LocalFanOut` does it within one process, `SharedFanOut` tells
the other processes, too. Nobody who publishes ever waits for a listener: whoever falls too far
behind, or may have missed something, is cut off instead, and catches up from the database.
"""

import asyncio
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

import msgspec

from kinoteka.realtime.bus import Bus

Event = TypeVar("Event")

WAITING_MOST = 256
TOPIC = "live"
ENDED_PER_SECOND = 2000
"""Listeners that may have missed something are not sent back to their servers all at once."""


class Ending(StrEnum):
    """Why a listener hears no more."""

    SLOW = "slow"
    MISSED = "missed"
    SESSION_OVER = "session_over"
    LEFT = "left"


class Listener(Generic[Event]):
    """Somebody who listens to one channel; at most `limit` events wait to be taken.

    `ended` is done, with the reason, when nothing more will come; what still waits then is of
    no use, because what follows it is missing.
    """

    def __init__(self, channel: str, limit: int = WAITING_MOST) -> None:
        self.channel = channel
        self.ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._events: asyncio.Queue[Event] = asyncio.Queue(limit)
        self._on_end: list[Callable[[], None]] = []

    def offer(self, event: Event) -> None:
        """Hand over an event without waiting; a listener whose queue is full is cut off."""
        if self.ended.done():
            return
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            self.end(Ending.SLOW)

    async def next(self) -> Event:
        """The next event; waits for it, for ever once the listener has ended."""
        return await self._events.get()

    def on_end(self, action: Callable[[], None]) -> None:
        """Do `action` when the listener ends, whyever."""
        self._on_end.append(action)

    def end(self, reason: Ending) -> None:
        """Hear no more; only the first reason counts."""
        if self.ended.done():
            return
        self.ended.set_result(reason)
        for action in self._on_end:
            action()


class FanOut(Protocol[Event]):
    """Channels by name."""

    async def listen(self, listener: Listener[Event]) -> None:
        """Let a listener hear its channel until it ends.

        From the return on every event is heard; or the listener ends, where some may be missed.
        """

    def publish(self, channels: Iterable[str], event: Event) -> None:
        """Tell every listener of these channels, without waiting for any of them."""


class LocalFanOut(Generic[Event]):
    """Fan-out within this process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener[Event]]] = {}

    async def listen(self, listener: Listener[Event]) -> None:
        """Let a listener hear its channel until it ends."""
        self._listeners.setdefault(listener.channel, set()).add(listener)
        listener.on_end(lambda: self._remove(listener))

    def publish(self, channels: Iterable[str], event: Event) -> None:
        """Tell every listener of these channels, without waiting for any of them."""
        for channel in channels:
            for listener in self.listeners(channel):
                listener.offer(event)

    def listeners(self, channel: str | None = None) -> list[Listener[Event]]:
        """Who listens to a channel, or (None) to any; whoever is cut off leaves."""
        if channel is not None:
            return list(self._listeners.get(channel, ()))
        return [each for listeners in self._listeners.values() for each in listeners]

    def __len__(self) -> int:
        return sum(len(listeners) for listeners in self._listeners.values())

    def _remove(self, listener: Listener[Event]) -> None:
        listeners = self._listeners[listener.channel]
        listeners.discard(listener)
        if not listeners:
            del self._listeners[listener.channel]


class SharedFanOut(Generic[Event]):
    """Fan-out over all processes; a channel is subscribed to while somebody here listens.

    Each kind of event has a topic of its own, so that a process of an older version, which knows
    less of them, never hears one that it cannot read.
    """

    def __init__(self, bus: Bus, kind: type[Event], topic: str = TOPIC) -> None:
        self._topic = topic
        self._local: LocalFanOut[Event] = LocalFanOut()
        self._bus = bus
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(kind)
        bus.on_message(topic, self._heard)
        bus.on_gap(self._missed)

    async def listen(self, listener: Listener[Event]) -> None:
        """Let a listener hear its channel until it ends."""
        await self._local.listen(listener)
        listener.on_end(lambda: self._left(listener.channel))
        await self._bus.subscribe(self._on_the_bus(listener.channel))

    def publish(self, channels: Iterable[str], event: Event) -> None:
        """Tell every listener of these channels, without waiting for any of them."""
        channels = tuple(channels)
        self._local.publish(channels, event)
        message = self._encoder.encode(event)
        for channel in channels:
            self._bus.publish(self._on_the_bus(channel), message)

    def __len__(self) -> int:
        return len(self._local)

    def _heard(self, channel: str, message: bytes) -> None:
        self._local.publish([channel.partition(":")[2]], self._decoder.decode(message))

    def _left(self, channel: str) -> None:
        if not self._local.listeners(channel):
            self._bus.unsubscribe(self._on_the_bus(channel))

    def _missed(self, channel: str | None) -> None:
        if channel is None:
            listeners = self._local.listeners()
        elif channel.startswith(f"{self._topic}:"):
            listeners = self._local.listeners(channel.partition(":")[2])
        else:
            return
        loop = asyncio.get_running_loop()
        for number, listener in enumerate(listeners):
            loop.call_later(number / ENDED_PER_SECOND, listener.end, Ending.MISSED)

    def _on_the_bus(self, channel: str) -> str:
        return f"{self._topic}:{channel}"
