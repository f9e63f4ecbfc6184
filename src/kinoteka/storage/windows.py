"""Moving windows in memory: when things happened lately, by key.

The storage that `limits` brings for asyncio looks through every key again and again while
anything is counted; with the addresses of 20,000 clients that keeps a core busy. Here a key
leaves when its last event is too old, found at the front of its queue, at no cost that grows.
"""

import time
from bisect import bisect_right

from limits.storage import MovingWindowSupport, Storage

Events = list[float]


class MemoryWindows(Storage, MovingWindowSupport):
    """What `limits.strategies.MovingWindowRateLimiter` needs, and no more.

    Keys lie in one dictionary for each length of window, the one counted last at the end.
    """

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._by_expiry: dict[int, dict[str, Events]] = {}

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
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

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest event that still counts was, and how many there are."""
        del limit
        now = time.time()
        events = self._by_expiry.get(expiry, {}).get(key)
        if events is None:
            return now, 0
        _drop_old(events, now - expiry)
        return (events[0], len(events)) if events else (now, 0)

    def _forget(self, keys: dict[str, Events], since: float) -> None:
        while keys:
            first = next(iter(keys))
            events = keys[first]
            if events and events[-1] > since:
                return
            del keys[first]

    def __len__(self) -> int:
        return sum(map(len, self._by_expiry.values()))

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the storage itself may raise."""
        return ValueError

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int:
        """Forget everything; how many keys there were."""
        count = len(self)
        self._by_expiry.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one key."""
        for keys in self._by_expiry.values():
            keys.pop(key, None)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Counters without windows are not kept."""
        raise NotImplementedError

    def get(self, key: str) -> int:
        """Counters without windows are not kept."""
        raise NotImplementedError

    def get_expiry(self, key: str) -> float:
        """Counters without windows are not kept."""
        raise NotImplementedError


def _drop_old(events: Events, since: float) -> None:
    del events[: bisect_right(events, since)]
