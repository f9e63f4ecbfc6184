"""Lists of which any page costs the same: the ids in order are known, the items are read."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import msgspec

Item = TypeVar("Item")

PAGE_SIZE = 12
CHUNK_SIZE = 48  # read and written down in a third of a millisecond


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """One page, from 1; `pages` and `total` tell how many pages and items there are."""

    items: list[Item]
    number: int
    pages: int
    total: int


class Listing(Generic[Item]):
    """Items in an order that stays the same while somebody reads.

    `read` gives the items of some ids in their order, without those that are gone.
    """

    def __init__(
        self, ids: Sequence[int], read: Callable[[Sequence[int]], Awaitable[list[Item]]]
    ) -> None:
        self._ids = ids
        self._read = read

    @property
    def total(self) -> int:
        """How many items there are."""
        return len(self._ids)

    async def page(self, number: int, size: int = PAGE_SIZE) -> Page[Item]:
        """The page of that number, from 1; one past the end is empty."""
        first = (number - 1) * size
        chosen = self._ids[first : first + size]
        items = await self._read(chosen) if chosen else []
        return Page(items, number, -(-self.total // size), self.total)

    async def chunks(self) -> AsyncIterator[list[Item]]:
        """All items, some at a time, so that any number takes the same memory."""
        for first in range(0, self.total, CHUNK_SIZE):
            yield await self._read(self._ids[first : first + CHUNK_SIZE])
