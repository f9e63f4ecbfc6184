"""Values in memory that are valid while the data they were made of does not change.

This module alone decides whether a cached value is still valid: while the revisions of its data
are those that were current before the data was read.
"""

from collections.abc import Hashable
from typing import Generic, TypeVar

from kinoteka.database.revisions import Revisions
from kinoteka.infrastructure.cache import BoundedMap

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class RevisionCache(Generic[Key, Value]):
    """A bounded map of cached values that evicts the least recently used ones.

    Invalid values stay until they are evicted or replaced.
    """

    def __init__(self, revisions: Revisions, limit: int) -> None:
        self._revision_of = revisions.revision_of
        self._entries: BoundedMap[Key, tuple[int, tuple[str, ...], Value]] = BoundedMap(limit)

    def get(self, key: Key) -> Value | None:
        """Return the value under `key` if it is valid."""
        entry = self._entries.get(key)
        if entry is None or entry[0] != self._revision_of(entry[1]):
            return None
        return entry[2]

    def holds(self, key: Key) -> bool:
        """Return whether there is a value under `key`, valid or not."""
        return self._entries.get(key) is not None

    def revision(self, made_of: tuple[str, ...]) -> int:
        """Return the current revision of this data. Take it before reading the data."""
        return self._revision_of(made_of)

    def set(
        self, key: Key, value: Value, revision: int, made_of: tuple[str, ...], size: int = 1
    ) -> None:
        """Cache a value made of this data at this revision. One above the limit is not cached."""
        self._entries.set(key, (revision, made_of, value), size)

    def size(self) -> int:
        """Return the sum of the sizes of all values."""
        return self._entries.size
