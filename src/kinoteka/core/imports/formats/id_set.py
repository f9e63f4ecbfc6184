"""A set of numbers as a bit vector, in which every member has a rank."""

from array import array
from itertools import accumulate

LARGEST = 2**27 - 1
"""The largest number; the vector has a bit for each one, 16 MB at most."""

_WORD = 64


class IdSet:
    """Numbers from 0 to LARGEST, of which the ranks (0, 1, 2 … by size) index plain arrays.

    A dictionary of a million ids takes 100 MB; this takes a bit and a half for every possible
    id. Add all, then `freeze`, then ask.
    """

    def __init__(self) -> None:
        self._words = array("Q")
        self._before = array("I")

    def add(self, number: int) -> None:
        """Add a number from 0 to LARGEST."""
        place = number >> 6
        if place >= len(self._words):
            self._words.extend([0] * (place - len(self._words) + _WORD))
        self._words[place] |= 1 << (number & 63)

    def freeze(self) -> int:
        """Prepare the ranks; return how many members there are."""
        counts = accumulate((word.bit_count() for word in self._words), initial=0)
        self._before = array("I", counts)
        return self._before[-1]

    def rank(self, number: int) -> int:
        """Return the member's rank, -1 for a number that is none."""
        place = number >> 6
        if not 0 <= place < len(self._words):
            return -1
        word, bit = self._words[place], 1 << (number & 63)
        if not word & bit:
            return -1
        return self._before[place] + (word & (bit - 1)).bit_count()
