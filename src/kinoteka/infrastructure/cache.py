"""Caches in memory: bounded maps, least recently used out first."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class BoundedMap(Generic[Key, Value]):
    """A map that drops what was not asked for longest when its sizes pass `limit`.

    Sizes are whatever the caller counts: 1 each for a number of entries, bytes for memory.
    """

    __slots__ = ("_entries", "_evicted", "_limit", "_roomy", "_size")

    def __init__(self, limit: int, evicted: Callable[[Key, Value], None] | None = None) -> None:
        """`evicted` is told what leaves for want of room."""
        self._limit = limit
        self._roomy = limit // 2
        self._evicted = evicted
        self._size = 0
        self._entries: dict[Key, tuple[Value, int]] = {}

    @property
    def size(self) -> int:
        """The sizes of all that is there, added up."""
        return self._size

    def get(self, key: Key) -> Value | None:
        """The value, which counts as used now, or None."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        if self._size > self._roomy:  # before that nothing is about to be dropped
            del self._entries[key]
            self._entries[key] = entry  # dictionaries keep order: the last is the freshest
        return entry[0]

    def set(self, key: Key, value: Value, size: int = 1) -> None:
        """Cache the value, dropping others as needed; what is over the limit is not cached."""
        self.drop(key)
        if size > self._limit:
            return
        self._entries[key] = (value, size)
        self._size += size
        while self._size > self._limit:
            self._evict(next(iter(self._entries)))

    def drop(self, key: Key) -> Value | None:
        """Drop one entry; what it was, if it was there."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return None
        self._size -= entry[1]
        return entry[0]

    def _evict(self, key: Key) -> None:
        value = self.drop(key)
        if value is not None and self._evicted is not None:
            self._evicted(key, value)

    def clear(self) -> None:
        """Drop everything."""
        self._entries.clear()
        self._size = 0

    def values(self) -> list[Value]:
        """All values, the freshest last."""
        return [value for value, _ in self._entries.values()]

    def __len__(self) -> int:
        return len(self._entries)
