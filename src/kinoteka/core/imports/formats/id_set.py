"""A set of numbers as a bit vector, in which every member has a rank."""

from array import array

BLOCK = 64
"""Bytes whose bits are counted at once."""

LARGEST = 2**27 - 1
"""The largest number; the vector has a bit for each one, 16 MB at most."""


class IdSet:
    """Numbers from 0 to LARGEST, of which the ranks (0, 1, 2 … by size) index plain arrays.

    A dictionary of a million ids takes 100 MB; this takes a bit for every possible id.
    Add all, then `freeze`, then ask.
    """

    def __init__(self) -> None:
        self._bits = bytearray()
        self._before = array("I")

    def add(self, number: int) -> None:
        """Add a number from 0 to LARGEST."""
        place = number >> 3
        if place >= len(self._bits):
            self._bits.extend(bytes(place - len(self._bits) + BLOCK))
        self._bits[place] |= 1 << (number & 7)

    def freeze(self) -> int:
        """Prepare the ranks; return how many members there are."""
        count = 0
        self._before = array("I")
        for start in range(0, len(self._bits), BLOCK):
            self._before.append(count)
            count += int.from_bytes(self._bits[start : start + BLOCK], "little").bit_count()
        return count

    def rank(self, number: int) -> int:
        """Return the member's rank, -1 for a number that is none."""
        place = number >> 3
        if place >= len(self._bits):
            return -1
        bit = 1 << (number & 7)
        if not self._bits[place] & bit:
            return -1
        block = place // BLOCK
        before = int.from_bytes(self._bits[block * BLOCK : place], "little").bit_count()
        return self._before[block] + before + (self._bits[place] & (bit - 1)).bit_count()
