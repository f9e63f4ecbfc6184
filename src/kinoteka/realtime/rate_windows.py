"""Sliding windows for rate limits: how many events each counter has had recently.

`MemoryWindows` counts in this process, `SharedWindows` also counts what the other processes of one
machine report, and `RedisWindows` counts for all processes in Redis.

In memory, time is the monotonic clock: a wall clock that is set back would keep a counter full
until it has caught up. Processes of one machine share that clock, so they can report its value.

The number of counters of each kind is bounded. Clients choose most keys (an address in an IPv6
network, a name without an account), so without a bound they would choose how much memory the
counters take.
"""

import time
from bisect import bisect_right, insort
from collections.abc import Callable
from typing import NamedTuple, Protocol

import msgspec

from kinoteka.infrastructure.keys import Keyring
from kinoteka.infrastructure.settings import Settings
from kinoteka.realtime.bus import Bus, installation

Events = list[float]
Clock = Callable[[], float]

CHANNEL = "counters"
MAX_COUNTERS = 50_000


class Counter(NamedTuple):
    """A counter: its kind, its key, and how many events are allowed in `seconds`."""

    kind: str
    key: str
    limit: int
    seconds: int


class Windows(Protocol):
    """Counters of events."""

    @property
    def is_shared(self) -> bool:
        """Return whether other processes use the same counters."""

    async def acquire(self, counter: Counter) -> float:
        """Count one event and return 0; if the counter is full, the seconds until it is not."""

    async def release(self, counter: Counter) -> None:
        """Remove the newest event, if there is one."""

    async def close(self) -> None:
        """Disconnect from the place where the events are stored."""


class MemoryWindows:
    """Counts in this process.

    The counters of one kind are in one dictionary in the order of their last use. Expired counters
    are at its start, so removing them has a constant cost.
    """

    is_shared = False

    def __init__(self, max_counters: int = MAX_COUNTERS, clock: Clock = time.monotonic) -> None:
        """Store `most` counters of each kind; beyond that, discard the least recently used."""
        self._max_counters = max_counters
        self._clock = clock
        self._kinds: dict[tuple[str, int], dict[str, Events]] = {}

    async def acquire(self, counter: Counter) -> float:
        """Count one event and return 0; if the counter is full, the seconds until it is not."""
        return self._acquire(counter, self._clock())

    async def release(self, counter: Counter) -> None:
        """Remove the newest event, if there is one."""
        self._remove_newest(counter.kind, counter.seconds, counter.key)

    async def close(self) -> None:
        """Do nothing: memory needs no connection."""

    def count(self, kind: str, seconds: int, key: str) -> int:
        """Return how many events a counter holds, including expired ones."""
        return len(self._kinds.get((kind, seconds), {}).get(key, ()))

    def _acquire(self, counter: Counter, now: float) -> float:
        counters = self._kinds.setdefault((counter.kind, counter.seconds), {})
        events = counters.pop(counter.key, None) or []
        _remove_old(events, now - counter.seconds)
        over = len(events) - counter.limit
        if over < 0:
            events.append(now)
        if events:
            counters[counter.key] = events
        self._remove_unused(counters, now - counter.seconds)
        if over < 0:
            return 0.0
        blocking = events[over] if events else now
        return max(blocking + counter.seconds - now, 0.001)

    def _remove_newest(self, kind: str, seconds: int, key: str) -> None:
        counters = self._kinds.get((kind, seconds), {})
        events = counters.get(key)
        if events:
            events.pop()
        if not events:
            counters.pop(key, None)

    def _add(self, kind: str, seconds: int, key: str, at: float) -> None:
        now = self._clock()
        counters = self._kinds.setdefault((kind, seconds), {})
        events = counters.pop(key, None) or []
        insort(events, min(at, now))
        counters[key] = events
        self._remove_unused(counters, now - seconds)

    def _remove_unused(self, counters: dict[str, Events], since: float) -> None:
        while counters:
            first = next(iter(counters))
            if counters[first][-1] > since and len(counters) <= self._max_counters:
                return
            del counters[first]

    def __len__(self) -> int:
        return sum(map(len, self._kinds.values()))


class CountReport(msgspec.Struct, array_like=True):
    """A report to other processes; `at` is a time of the shared monotonic clock in seconds."""

    kind: str
    seconds: int
    key: str
    at: float
    is_released: bool = False


class SharedWindows(MemoryWindows):
    """Counts in every process of one machine: each reports its events to the others.

    Events that several processes count at the same moment may exceed a limit by that number.
    """

    is_shared = True

    def __init__(
        self, bus: Bus, max_counters: int = MAX_COUNTERS, clock: Clock = time.monotonic
    ) -> None:
        super().__init__(max_counters, clock)
        self._bus = bus
        self._decoder = msgspec.msgpack.Decoder(CountReport)
        bus.on_message(CHANNEL, self._receive_report)

    async def subscribe(self) -> None:
        """Start to receive the reports of the other processes."""
        await self._bus.subscribe(CHANNEL)

    async def acquire(self, counter: Counter) -> float:
        """Count one event and return 0; if the counter is full, the seconds until it is not."""
        now = self._clock()
        wait = self._acquire(counter, now)
        if not wait:
            self._report(CountReport(counter.kind, counter.seconds, counter.key, now))
        return wait

    async def release(self, counter: Counter) -> None:
        """Remove the newest event, if there is one."""
        await super().release(counter)
        self._report(CountReport(counter.kind, counter.seconds, counter.key, 0.0, is_released=True))

    def _report(self, counted: CountReport) -> None:
        self._bus.publish(CHANNEL, msgspec.msgpack.encode(counted))

    def _receive_report(self, channel: str, message: bytes) -> None:
        del channel
        counted = self._decoder.decode(message)
        if counted.is_released:
            self._remove_newest(counted.kind, counted.seconds, counted.key)
        else:
            self._add(counted.kind, counted.seconds, counted.key, counted.at)


async def open_windows(settings: Settings, keyring: Keyring, bus: Bus) -> Windows:
    """Open the windows that the settings choose: in Redis, shared by processes, or in memory."""
    max_counters = settings.limit_counters
    if settings.redis_url:
        from kinoteka.realtime.redis_rate_windows import RedisWindows

        return RedisWindows(settings.redis_url, installation(settings, keyring), max_counters)
    if settings.workers == 1:
        return MemoryWindows(max_counters)
    windows = SharedWindows(bus, max_counters)
    await windows.subscribe()
    return windows


def _remove_old(events: Events, since: float) -> None:
    del events[: bisect_right(events, since)]
