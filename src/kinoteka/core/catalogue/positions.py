"""Orders by position: the ids of everything that a list may show, as arrays in memory.

The item at a position is found without counting through those before it, so that the last page
costs what the first does, and the length is the total. An order is read when it is first asked
for, in a thread, once however many ask meanwhile; it lasts until the catalogue changes.
"""

import asyncio
from array import array
from collections.abc import Callable, Hashable, Sequence
from typing import TypeAlias

import msgspec

from kinoteka.database.interface import Reader
from kinoteka.database.revisions import Revisions
from kinoteka.database.unit import Unit
from kinoteka.infrastructure.cache import BoundedMap
from kinoteka.infrastructure.tasks import discard_error

CACHE_BYTES = 48 * 1024 * 1024
OVERHEAD = 500
PIECE = 64 * 1024

Ids: TypeAlias = "array[int]"
Build = Callable[[Reader], Ids]


class Positions:
    """Orders of things that change with the revisions of these names."""

    def __init__(
        self,
        revisions: Revisions,
        names: Sequence[str] = ("catalogue",),
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self._revisions = revisions
        self._names = names
        self._revision = 0
        self._cache_bytes = cache_bytes
        self._cache: BoundedMap[Hashable, Ids] = BoundedMap(cache_bytes)
        self._under_way: dict[Hashable, asyncio.Task[Ids]] = {}

    async def get(self, unit: Unit, key: Hashable, build: Build) -> Ids:
        """The order cached under `key`, or what `build` reads."""
        self._drop_outdated()
        cached = self._cache.get(key)
        if cached is not None:
            return cached
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._build(unit, key, build))
            task.add_done_callback(discard_error)  # whoever still waits gets it all the same
            self._under_way[key] = task
        return await asyncio.shield(task)  # whoever goes away leaves the others waiting for it

    def _drop_outdated(self) -> None:
        revision = self._revisions.revision_of(self._names)
        if revision != self._revision:
            self._revision = revision
            self._cache.clear()
            self._under_way.clear()

    async def _build(self, unit: Unit, key: Hashable, build: Build) -> Ids:
        revision = self._revision
        try:
            ids = await unit.read_in_thread(build)
        finally:
            if self._under_way.get(key) is asyncio.current_task():
                del self._under_way[key]
        if revision == self._revisions.revision_of(self._names):
            # An order larger than all memory for orders is cached all the same, alone.
            self._cache.set(key, ids, min(OVERHEAD + len(ids) * ids.itemsize, self._cache_bytes))
        return ids


def numbers(text: str) -> Ids:
    """The numbers of a JSON array.

    They are read in pieces: a million at once would take 40 MB and hold up other threads.
    """
    ids = array("q")
    start, end = 1, len(text) - 1
    while start < end:
        cut = text.find(",", start + PIECE)
        stop = end if cut < 0 else cut
        ids.extend(msgspec.json.decode(f"[{text[start:stop]}]", type=list[int]))
        start = stop + 1
    return ids


def in_order_of(order: Sequence[int], chosen: Ids) -> Ids:
    """The chosen ids in the order in which they stand in another."""
    wanted = set(chosen)
    return array("q", (each for each in order if each in wanted))
