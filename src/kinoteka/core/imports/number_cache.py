"""A cache of numbers by key, in constant memory."""

from collections.abc import Hashable
from mmap import mmap

HASH_BYTES, NUMBER_BYTES = 8, 4


class NumberCache:
    """The latest numbers of keys. Keys whose hashes end alike replace each other.

    It stores 64-bit hashes instead of keys, in 12 bytes per place. Two keys are confused once in
    2⁶⁴ pairs. Memory is used only when places are first written.
    """

    def __init__(self, places: int) -> None:
        """Create a cache. `places` is a power of two."""
        self._mask = places - 1
        self._hashes = memoryview(mmap(-1, places * HASH_BYTES)).cast("q")
        self._numbers = memoryview(mmap(-1, places * NUMBER_BYTES)).cast("I")

    def get(self, key: Hashable) -> int:
        """Return the number of a key, or 0 if it is not cached."""
        found = hash(key)
        place = found & self._mask
        return self._numbers[place] if self._hashes[place] == found else 0

    def set(self, key: Hashable, number: int) -> None:
        """Store the number of a key, from 1."""
        found = hash(key)
        place = found & self._mask
        self._hashes[place] = found
        self._numbers[place] = number
