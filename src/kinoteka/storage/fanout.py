"""Fan-out: what has happened reaches everybody who listens to its channel.

`FanOut` is what services rely on; `LocalFanOut` does it within one process. Nobody who
publishes ever waits for a listener: whoever falls too far behind is cut off instead, and
catches up from the database.
"""

import asyncio
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

Event = TypeVar("Event")

WAITING_MOST = 256


class Ending(StrEnum):
    """Why a listener hears no more."""

    SLOW = "slow"
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
    """Channels by name; an implementation over several processes can take its place."""

    def listen(self, channel: str) -> Listener[Event]:
        """Begin to listen; every event published from now on is heard until it ends."""

    def publish(self, channels: Iterable[str], event: Event) -> None:
        """Tell every listener of these channels, without waiting for any of them."""


class LocalFanOut(Generic[Event]):
    """Fan-out within this process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Listener[Event]]] = {}

    def listen(self, channel: str) -> Listener[Event]:
        """Begin to listen; every event published from now on is heard until it ends."""
        listener: Listener[Event] = Listener(channel)
        self._listeners.setdefault(channel, set()).add(listener)
        listener.on_end(lambda: self._remove(listener))
        return listener

    def publish(self, channels: Iterable[str], event: Event) -> None:
        """Tell every listener of these channels, without waiting for any of them."""
        for channel in channels:
            # A copy: a listener that is cut off leaves the set.
            for listener in tuple(self._listeners.get(channel, ())):
                listener.offer(event)

    def __len__(self) -> int:
        return sum(len(listeners) for listeners in self._listeners.values())

    def _remove(self, listener: Listener[Event]) -> None:
        listeners = self._listeners[listener.channel]
        listeners.discard(listener)
        if not listeners:
            del self._listeners[listener.channel]
