"""Positions: the ordered ids of all items of a list, as arrays in memory.

A page is a slice of the array, so the last page costs the same as the first, and the array's length
is the total. A thread builds an array when it is first needed, once for all concurrent requests.
The array is cached until the catalogue changes.
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
ENTRY_OVERHEAD = 500
"""Bytes that an empty array and its cache entry take."""
PARSED_CHARACTERS = 64 * 1024

Ids: TypeAlias = "array[int]"
Build = Callable[[Reader], Ids]


class Positions:
    """Cached arrays of ids, which the revisions with the given names invalidate."""

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
        self._pending: dict[Hashable, asyncio.Task[Ids]] = {}

    async def get(self, unit: Unit, key: Hashable, build: Build) -> Ids:
        """Return the array cached under `key`, or build and cache it."""
        self._clear_if_outdated()
        cached = self._cache.get(key)
        if cached is not None:
            return cached
        task = self._pending.get(key)
        if task is None:
            task = asyncio.create_task(self._build(unit, key, build))
            # Awaiting requests get the error anyway; without them it would be logged.
            task.add_done_callback(discard_error)
            self._pending[key] = task
        # A cancelled request must not cancel the task, because others may wait for it.
        return await asyncio.shield(task)

    def _clear_if_outdated(self) -> None:
        revision = self._revisions.revision_of(self._names)
        if revision != self._revision:
            self._revision = revision
            self._cache.clear()
            self._pending.clear()

    async def _build(self, unit: Unit, key: Hashable, build: Build) -> Ids:
        revision = self._revision
        try:
            ids = await unit.read_in_thread(build)
        finally:
            if self._pending.get(key) is asyncio.current_task():
                del self._pending[key]
        if revision == self._revisions.revision_of(self._names):
            # An array larger than the cache is cached alone.
            self._cache.set(
                key, ids, min(ENTRY_OVERHEAD + len(ids) * ids.itemsize, self._cache_bytes)
            )
        return ids


def parse_ids(text: str) -> Ids:
    """Return the integers of a JSON array.

    They are parsed in chunks: a million at once would take 40 MB and block other threads.
    """
    ids = array("q")
    start, end = 1, len(text) - 1
    while start < end:
        cut = text.find(",", start + PARSED_CHARACTERS)
        stop = end if cut < 0 else cut
        ids.extend(msgspec.json.decode(f"[{text[start:stop]}]", type=list[int]))
        start = stop + 1
    return ids


def ordered_like(order: Sequence[int], ids: Ids) -> Ids:
    """Return the ids in the order that they have in another sequence."""
    included = set(ids)
    return array("q", (each for each in order if each in included))
