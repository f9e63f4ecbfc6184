"""Moving windows: when things happened lately, by key, for rate limits.

`MemoryWindows` counts in this process, `ToldWindows` also what the other processes tell, and
`RedisWindows` counts for all of them in Redis, through the library `limits`.

In memory it is not that library: the storage that it brings for asyncio looks through every key
again and again while anything is counted; with the addresses of 20,000 clients that keeps a core
busy. Here a key leaves when its last event is too old, found at the front of its queue, at no
cost that grows.
"""

import time
from bisect import bisect_right, insort
from typing import Protocol

import msgspec

from kinoteka.config import Settings
from kinoteka.storage.bus import Bus, installation
from kinoteka.storage.keys import Keyring

Events = list[float]

CHANNEL = "limits"


class Windows(Protocol):
    """What is counted; the names are those of the storages of `limits.aio`."""

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` events now, unless there were too many in the last `expiry` seconds."""

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest event that still counts was, and how many there are."""

    async def close(self) -> None:
        """Let go."""


class MemoryWindows:
    """Counts in this process.

    Keys lie in one dictionary for each length of window, the one counted last at the end.
    """

    def __init__(self) -> None:
        self._by_expiry: dict[int, dict[str, Events]] = {}

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` events now, unless there were too many in the last `expiry` seconds."""
        now = time.time()
        keys = self._by_expiry.setdefault(expiry, {})
        events = keys.pop(key, None) or []
        _drop_old(events, now - expiry)
        allowed = len(events) + amount <= limit
        if allowed:
            events.extend([now] * amount)
        if events:
            keys[key] = events
        self._forget(keys, now - expiry)
        return allowed

    async def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest event that still counts was, and how many there are."""
        del limit
        now = time.time()
        events = self._by_expiry.get(expiry, {}).get(key)
        if events is None:
            return now, 0
        _drop_old(events, now - expiry)
        return (events[0], len(events)) if events else (now, 0)

    def count(self, key: str, expiry: int) -> int:
        """How many events there are, those whose time has passed among them."""
        return len(self._by_expiry.get(expiry, {}).get(key, ()))

    async def close(self) -> None:
        """Nothing to let go of."""

    def add(self, key: str, expiry: int, amount: int, at: float) -> None:
        """Count events that have happened elsewhere."""
        keys = self._by_expiry.setdefault(expiry, {})
        events = keys.pop(key, None) or []
        for _ in range(amount):
            insort(events, at)
        keys[key] = events
        self._forget(keys, time.time() - expiry)

    def _forget(self, keys: dict[str, Events], since: float) -> None:
        while keys:
            first = next(iter(keys))
            events = keys[first]
            if events and events[-1] > since:
                return
            del keys[first]

    def __len__(self) -> int:
        return sum(map(len, self._by_expiry.values()))


class Counted(msgspec.Struct, array_like=True):
    """What processes tell each other; `at` in seconds."""

    key: str
    expiry: int
    amount: int
    at: float


class ToldWindows(MemoryWindows):
    """Counts in every process of one machine alike: each tells the others what it counts.

    What is counted in the same moment in several of them may pass a limit by so many.
    """

    def __init__(self, bus: Bus) -> None:
        super().__init__()
        self._bus = bus
        self._decoder = msgspec.msgpack.Decoder(Counted)
        bus.on_message(CHANNEL, self._heard)

    async def subscribe(self) -> None:
        """Hear from now on what the others count."""
        await self._bus.subscribe(CHANNEL)

    async def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` events now, unless there were too many in the last `expiry` seconds."""
        allowed = await super().acquire_entry(key, limit, expiry, amount)
        if allowed:
            counted = Counted(key, expiry, amount, time.time())
            self._bus.publish(CHANNEL, msgspec.msgpack.encode(counted))
        return allowed

    def _heard(self, channel: str, message: bytes) -> None:
        del channel
        counted = self._decoder.decode(message)
        self.add(counted.key, counted.expiry, counted.amount, counted.at)


async def open_windows(settings: Settings, keyring: Keyring, bus: Bus) -> Windows:
    """What the settings ask for: counted in Redis, told to other processes, or for this one."""
    if settings.redis_url:
        from kinoteka.storage.redis_windows import RedisWindows

        return RedisWindows(settings.redis_url, installation(settings, keyring))
    if settings.workers == 1:
        return MemoryWindows()
    windows = ToldWindows(bus)
    await windows.subscribe()
    return windows


def _drop_old(events: Events, since: float) -> None:
    del events[: bisect_right(events, since)]
