"""Fan-out: deliver each event to all listeners of its channels.

Services use `FanOut`. `LocalFanOut` works within one process; `SharedFanOut` also reaches the
other processes. Publishing never waits for a listener. A listener that falls too far behind, or
that may have missed an event, is disconnected and catches up from the database.
"""

import asyncio
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

import msgspec

from kinoteka.realtime.bus import Bus

Event = TypeVar("Event")

MAX_WAITING = 256
TOPIC = "live"
ENDED_PER_SECOND = 2000
"""Listeners that may have missed an event reconnect at this rate, not all at once."""


class Ending(StrEnum):
    """Why a listener ended."""

    SLOW = "slow"
    MISSED = "missed"
    SESSION_OVER = "session_over"
    LEFT = "left"


class Listener(Generic[Event]):
    """A listener of one channel; up to `limit` events wait in its queue.

    `ended` is done, with the reason, when no more events arrive. The events that still wait then
    are useless, because the ones after them are missing.
    """

    def __init__(self, channel: str, limit: int = MAX_WAITING) -> None:
        self.channel = channel
        self.ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._events: asyncio.Queue[Event] = asyncio.Queue(limit)
        self._on_end: list[Callable[[], None]] = []

    def offer(self, event: Event) -> None:
        """Add an event without waiting; end the listener if its queue is full."""
        if self.ended.done():
            return
        try:
            self._events.put_nowait(event)
        except asyncio.QueueFull:
            self.end(Ending.SLOW)

    async def next(self) -> Event:
        """Wait for the next event and return it; wait forever after the listener ended."""
        return await self._events.get()

    def on_end(self, action: Callable[[], None]) -> None:
        """Call `action` when the listener ends, for whatever reason."""
        self._on_end.append(action)

    def end(self, reason: Ending) -> None:
        """End the listener; only the first reason counts."""
        if self.ended.done():
            return
        self.ended.set_result(reason)
        for action in self._on_end:
            action()


class FanOut(Protocol[Event]):
    """Publish and listen by channel name."""

    async def listen(self, listener: Listener[Event]) -> None:
        """Deliver the events of a listener's channel to it until it ends.

        After this returns, the listener receives every event, or it ends when one may be missing.
        """

    def publish(self, channels: Iterable[str], event: Event) -> None:
        """Deliver an event to every listener of these channels without waiting for any of them."""


class LocalFanOut(Generic[Event]):
    """Fan-out within this process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener[Event]]] = {}

    async def listen(self, listener: Listener[Event]) -> None:
        """Deliver the events of a listener's channel to it until it ends."""
        self._listeners.setdefault(listener.channel, set()).add(listener)
        listener.on_end(lambda: self._remove(listener))

    def publish(self, channels: Iterable[str], event: Event) -> None:
        """Deliver an event to every listener of these channels without waiting for any of them."""
        for channel in channels:
            for listener in self.listeners(channel):
                listener.offer(event)

    def listeners(self, channel: str | None = None) -> list[Listener[Event]]:
        """Return the listeners of one channel, or (None) of all."""
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
    """Fan-out over all processes; it subscribes to a channel while this process has a listener.

    Each kind of event has its own topic, so that a process of an older version never receives an
    event that it cannot decode.
    """

    def __init__(self, bus: Bus, kind: type[Event], topic: str = TOPIC) -> None:
        self._topic = topic
        self._local: LocalFanOut[Event] = LocalFanOut()
        self._bus = bus
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(kind)
        bus.on_message(topic, self._receive)
        bus.on_gap(self._on_gap_end)

    async def listen(self, listener: Listener[Event]) -> None:
        """Deliver the events of a listener's channel to it until it ends."""
        await self._local.listen(listener)
        listener.on_end(lambda: self._unsubscribe_if_unused(listener.channel))
        await self._bus.subscribe(self._bus_channel(listener.channel))

    def publish(self, channels: Iterable[str], event: Event) -> None:
        """Deliver an event to every listener of these channels without waiting for any of them."""
        channels = tuple(channels)
        self._local.publish(channels, event)
        message = self._encoder.encode(event)
        for channel in channels:
            self._bus.publish(self._bus_channel(channel), message)

    def __len__(self) -> int:
        return len(self._local)

    def _receive(self, channel: str, message: bytes) -> None:
        self._local.publish([channel.partition(":")[2]], self._decoder.decode(message))

    def _unsubscribe_if_unused(self, channel: str) -> None:
        if not self._local.listeners(channel):
            self._bus.unsubscribe(self._bus_channel(channel))

    def _on_gap_end(self, channel: str | None) -> None:
        if channel is None:
            listeners = self._local.listeners()
        elif channel.startswith(f"{self._topic}:"):
            listeners = self._local.listeners(channel.partition(":")[2])
        else:
            return
        loop = asyncio.get_running_loop()
        for number, listener in enumerate(listeners):
            loop.call_later(number / ENDED_PER_SECOND, listener.end, Ending.MISSED)

    def _bus_channel(self, channel: str) -> str:
        return f"{self._topic}:{channel}"
