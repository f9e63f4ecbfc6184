"""Positions: the ordered ids of all items of a list, as arrays in memory.

A page is a slice of the array, so the last page costs the same as the first, and the array's length
is the total. A thread builds an array when it is first needed, once for all concurrent requests.
The array is cached until the data that it is made of changes, so the order by year outlasts an edit
of a description.
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
    """Cached arrays of ids. An array is valid while the revisions of its data are unchanged.

    `names` are these revisions, unless a request names others.
    """

    def __init__(
        self,
        revisions: Revisions,
        names: Sequence[str] = ("catalogue",),
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self._revisions = revisions
        self._names = names
        self._cache_bytes = cache_bytes
        self._cache: BoundedMap[Hashable, tuple[int, Ids]] = BoundedMap(cache_bytes)
        self._pending: dict[tuple[Hashable, int], asyncio.Task[Ids]] = {}

    async def get(
        self, unit: Unit, key: Hashable, build: Build, names: Sequence[str] | None = None
    ) -> Ids:
        """Return the array cached under `key`, or build and cache it.

        The same key always has the same `names`.
        """
        names = names or self._names
        revision = self._revisions.revision_of(names)
        cached = self._cache.get(key)
        if cached is not None and cached[0] == revision:
            return cached[1]
        task = self._pending.get((key, revision))
        if task is None:
            task = asyncio.create_task(self._build(unit, key, build, names, revision))
            # Awaiting requests get the error anyway; without them it would be logged.
            task.add_done_callback(discard_error)
            self._pending[key, revision] = task
        # A cancelled request must not cancel the task, because others may wait for it.
        return await asyncio.shield(task)

    async def _build(
        self, unit: Unit, key: Hashable, build: Build, names: Sequence[str], revision: int
    ) -> Ids:
        try:
            ids = await unit.read_in_thread(build)
        finally:
            del self._pending[key, revision]
        if revision == self._revisions.revision_of(names):
            # An array larger than the cache is cached alone.
            size = min(ENTRY_OVERHEAD + len(ids) * ids.itemsize, self._cache_bytes)
            self._cache.set(key, (revision, ids), size)
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
