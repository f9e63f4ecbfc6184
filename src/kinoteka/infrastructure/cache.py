"""Caches in memory: bounded maps that evict the least recently used entries first."""

from array import array
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class BoundedMap(Generic[Key, Value]):
    """A map that evicts the least recently used entries when the sum of sizes exceeds `limit`.

    The caller chooses the unit: size 1 bounds the number of entries, bytes bound the memory.
    """

    __slots__ = ("_entries", "_limit", "_on_evict", "_roomy", "_size")

    def __init__(self, limit: int, on_evict: Callable[[Key, Value], None] | None = None) -> None:
        """Create an empty map; `on_evict` receives each entry that is evicted."""
        self._limit = limit
        self._roomy = limit // 2
        self._on_evict = on_evict
        self._size = 0
        self._entries: dict[Key, tuple[Value, int]] = {}

    @property
    def size(self) -> int:
        """Return the sum of the sizes of all entries."""
        return self._size

    def get(self, key: Key) -> Value | None:
        """Return the value and mark it as used, or return None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if self._size > self._roomy:  # below that, nothing is about to be evicted
            del self._entries[key]
            self._entries[key] = entry  # the last entry is the most recent one
        return entry[0]

    def set(self, key: Key, value: Value, size: int = 1) -> None:
        """Store a value and evict others if necessary; a value above the limit is not stored."""
        self.remove(key)
        if size > self._limit:
            return
        self._entries[key] = (value, size)
        self._size += size
        while self._size > self._limit:
            self._evict(next(iter(self._entries)))

    def remove(self, key: Key) -> Value | None:
        """Remove one entry and return its value, or return None."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return None
        self._size -= entry[1]
        return entry[0]

    def _evict(self, key: Key) -> None:
        value = self.remove(key)
        if value is not None and self._on_evict is not None:
            self._on_evict(key, value)

    def clear(self) -> None:
        """Remove all entries."""
        self._entries.clear()
        self._size = 0

    def values(self) -> list[Value]:
        """Return all values, the most recently used last."""
        return [value for value, _ in self._entries.values()]

    def __len__(self) -> int:
        return len(self._entries)


class RecentKeys:
    """Remembers which keys were used recently, in a fixed amount of memory.

    There are `places` for the hashes of keys. A key replaces another one that has the same place,
    so some keys are forgotten sooner than others.
    """

    __slots__ = ("_hashes", "_places")

    def __init__(self, places: int) -> None:
        self._places = places
        self._hashes = array("q", bytes(8 * places))

    def add(self, key: Hashable) -> bool:
        """Remember a key. Return whether it was remembered already."""
        hashed = hash(key)
        place = hashed % self._places
        if self._hashes[place] == hashed:
            return True
        self._hashes[place] = hashed
        return False
