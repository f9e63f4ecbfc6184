"""Listings: the ids of all items in memory, and the items of a page on request.

Every page costs the same, wherever it is in the list.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import msgspec

Item = TypeVar("Item")

PAGE_SIZE = 12
CHUNK_SIZE = 48  # Reading and encoding this many films takes a third of a millisecond.


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """A page with its number, counted from 1, and the numbers of pages and items in total."""

    items: list[Item]
    number: int
    pages: int
    total: int


class Listing(Generic[Item]):
    """A list of items whose order is fixed when it is created.

    `read` returns the items with some ids in the order of the ids, without deleted ones. A search
    that stopped at a limit is not `is_complete`.
    """

    def __init__(
        self,
        ids: Sequence[int],
        read: Callable[[Sequence[int]], Awaitable[list[Item]]],
        *,
        is_complete: bool = True,
    ) -> None:
        self._ids = ids
        self._read = read
        self.is_complete = is_complete

    @property
    def total(self) -> int:
        """Return the number of items."""
        return len(self._ids)

    async def page(self, number: int, size: int = PAGE_SIZE) -> Page[Item]:
        """Return a page, counted from 1. Pages past the end are empty."""
        first = (number - 1) * size
        ids = self._ids[first : first + size]
        items = await self._read(ids) if ids else []
        return Page(items, number, -(-self.total // size), self.total)

    async def chunks(self) -> AsyncIterator[list[Item]]:
        """Yield all items in chunks, so that memory does not grow with their number."""
        for first in range(0, self.total, CHUNK_SIZE):
            yield await self._read(self._ids[first : first + CHUNK_SIZE])
