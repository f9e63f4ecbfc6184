"""A set of numbers as a bit vector in which every member has a rank."""

from array import array
from itertools import accumulate

LARGEST = 2**27 - 1
"""The largest number. The vector has one bit per number, so it takes 16 MB at most."""

_WORD = 64


class IdSet:
    """Numbers from 0 to LARGEST, whose ranks (0, 1, 2 … in ascending order) index plain arrays.

    A dictionary of a million ids takes 100 MB. This set takes 1.5 bits for every possible id.
    Call `add` for all numbers, then `freeze`, then `rank`.
    """

    def __init__(self) -> None:
        self._words = array("Q")
        self._before = array("I")

    def add(self, number: int) -> None:
        """Add a number from 0 to LARGEST."""
        index = number >> 6
        if index >= len(self._words):
            self._words.extend([0] * (index - len(self._words) + _WORD))
        self._words[index] |= 1 << (number & 63)

    def freeze(self) -> int:
        """Compute the ranks. Return the number of members."""
        counts = accumulate((word.bit_count() for word in self._words), initial=0)
        self._before = array("I", counts)
        return self._before[-1]

    def rank(self, number: int) -> int:
        """Return the rank of a member, or -1 for other numbers."""
        index = number >> 6
        if not 0 <= index < len(self._words):
            return -1
        word, bit = self._words[index], 1 << (number & 63)
        if not word & bit:
            return -1
        return self._before[index] + (word & (bit - 1)).bit_count()
