"""Moving windows: how often something happened lately, by counter, for rate limits.

`MemoryWindows` counts in this process, `ToldWindows` also counts what the other processes of one
machine report, and `RedisWindows` counts for all processes in Redis.

In memory, time is the monotonic clock: a wall clock that is set back would keep a counter full
until it has caught up. Processes of one machine share that clock, so they can report its value.

The number of counters is bounded, for each kind. Who sends requests chooses most keys (an address
of an IPv6 network, a name that no account has), so without a bound they choose how much memory
the counters take.
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
COUNTERS_MOST = 50_000


class Counter(NamedTuple):
    """What is counted (`kind`), for whom (`who`), and how many events `seconds` may hold."""

    kind: str
    who: str
    limit: int
    seconds: int


class Windows(Protocol):
    """Counters of events."""

    @property
    def is_shared(self) -> bool:
        """Whether other processes count here, too."""

    async def acquire(self, counter: Counter) -> float:
        """Count one event and return 0; if the counter is full, the seconds until it is not."""

    async def release(self, counter: Counter) -> None:
        """Take the newest event back, if there is one."""

    async def close(self) -> None:
        """Disconnect from where the events are counted."""


class MemoryWindows:
    """Counts in this process.

    The counters of one kind lie in one dictionary, the one that counted last at the end. Those
    whose events are too old are at its beginning, and leave at no cost that grows.
    """

    is_shared = False

    def __init__(self, most: int = COUNTERS_MOST, clock: Clock = time.monotonic) -> None:
        """Hold `most` counters of each kind; past that, discard the one used longest ago."""
        self._most = most
        self._clock = clock
        self._kinds: dict[tuple[str, int], dict[str, Events]] = {}

    async def acquire(self, counter: Counter) -> float:
        """Count one event and return 0; if the counter is full, the seconds until it is not."""
        return self._acquire(counter, self._clock())

    async def release(self, counter: Counter) -> None:
        """Take the newest event back, if there is one."""
        self._discount(counter.kind, counter.seconds, counter.who)

    async def close(self) -> None:
        """Do nothing: memory needs no connection."""

    def count(self, kind: str, seconds: int, who: str) -> int:
        """Return how many events a counter holds, those that are too old among them."""
        return len(self._kinds.get((kind, seconds), {}).get(who, ()))

    def _acquire(self, counter: Counter, now: float) -> float:
        counters = self._kinds.setdefault((counter.kind, counter.seconds), {})
        events = counters.pop(counter.who, None) or []
        _remove_old(events, now - counter.seconds)
        over = len(events) - counter.limit
        if over < 0:
            events.append(now)
        if events:
            counters[counter.who] = events
        self._remove_unused(counters, now - counter.seconds)
        if over < 0:
            return 0.0
        blocking = events[over] if events else now
        return max(blocking + counter.seconds - now, 0.001)

    def _discount(self, kind: str, seconds: int, who: str) -> None:
        counters = self._kinds.get((kind, seconds), {})
        events = counters.get(who)
        if events:
            events.pop()
        if not events:
            counters.pop(who, None)

    def _add(self, kind: str, seconds: int, who: str, at: float) -> None:
        now = self._clock()
        counters = self._kinds.setdefault((kind, seconds), {})
        events = counters.pop(who, None) or []
        insort(events, min(at, now))
        counters[who] = events
        self._remove_unused(counters, now - seconds)

    def _remove_unused(self, counters: dict[str, Events], since: float) -> None:
        while counters:
            first = next(iter(counters))
            if counters[first][-1] > since and len(counters) <= self._most:
                return
            del counters[first]

    def __len__(self) -> int:
        return sum(map(len, self._kinds.values()))


class Counted(msgspec.Struct, array_like=True):
    """What processes report to each other; `at` is of the clock that they share, in seconds."""

    kind: str
    seconds: int
    who: str
    at: float
    is_taken_back: bool = False


class ToldWindows(MemoryWindows):
    """Counts in every process of one machine alike: each reports what it counts to the others.

    What is counted at the same moment in several of them may exceed a limit by that many.
    """

    is_shared = True

    def __init__(self, bus: Bus, most: int = COUNTERS_MOST, clock: Clock = time.monotonic) -> None:
        super().__init__(most, clock)
        self._bus = bus
        self._decoder = msgspec.msgpack.Decoder(Counted)
        bus.on_message(CHANNEL, self._hear)

    async def subscribe(self) -> None:
        """Receive from now on what the others count."""
        await self._bus.subscribe(CHANNEL)

    async def acquire(self, counter: Counter) -> float:
        """Count one event and return 0; if the counter is full, the seconds until it is not."""
        now = self._clock()
        wait = self._acquire(counter, now)
        if not wait:
            self._report(Counted(counter.kind, counter.seconds, counter.who, now))
        return wait

    async def release(self, counter: Counter) -> None:
        """Take the newest event back, if there is one."""
        await super().release(counter)
        self._report(Counted(counter.kind, counter.seconds, counter.who, 0.0, is_taken_back=True))

    def _report(self, counted: Counted) -> None:
        self._bus.publish(CHANNEL, msgspec.msgpack.encode(counted))

    def _hear(self, channel: str, message: bytes) -> None:
        del channel
        counted = self._decoder.decode(message)
        if counted.is_taken_back:
            self._discount(counted.kind, counted.seconds, counted.who)
        else:
            self._add(counted.kind, counted.seconds, counted.who, counted.at)


async def open_windows(settings: Settings, keyring: Keyring, bus: Bus) -> Windows:
    """Open what the settings ask for: Redis, several processes of one machine, or this one."""
    most = settings.limit_counters
    if settings.redis_url:
        from kinoteka.realtime.redis_rate_windows import RedisWindows

        return RedisWindows(settings.redis_url, installation(settings, keyring), most)
    if settings.workers == 1:
        return MemoryWindows(most)
    windows = ToldWindows(bus, most)
    await windows.subscribe()
    return windows


def _remove_old(events: Events, since: float) -> None:
    del events[: bisect_right(events, since)]
