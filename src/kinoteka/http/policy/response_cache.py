"""Cached responses: frequently requested responses that rarely change, as bytes.

This module alone decides whether a cached response is still valid. It is valid while the revisions
of the data it was made of are those that were current when the request for it came. Outdated
entries stay until their room is needed or a newer response replaces them.
"""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass

from kinoteka.database.revisions import Revisions
from kinoteka.http.mechanics.metrics import Endpoint
from kinoteka.http.mechanics.representations import Representations, represent
from kinoteka.http.mechanics.response import Response
from kinoteka.infrastructure.cache import BoundedMap

# Compressing so many bytes takes half a millisecond; more than that leaves the event loop.
COMPRESSED_AT_ONCE = 16 * 1024
# What an entry takes besides its bodies and what its headers say: the objects and the key.
OVERHEAD = 3500


@dataclass(frozen=True, slots=True)
class Entry:
    """A cached response, made of the data `made_of` at `revision` by `endpoint`.

    One that `needs_no_identity` may be sent to an anonymous client before the request is routed.
    """

    revision: int
    made_of: tuple[str, ...]
    forms: Representations
    endpoint: Endpoint | None = None
    needs_no_identity: bool = False


class ResponseCache:
    """Responses by key, within a bound of memory."""

    def __init__(self, megabytes: int, revisions: Revisions) -> None:
        self._revision_of = revisions.value
        self._entries: BoundedMap[Hashable, Entry] = BoundedMap(megabytes * 1024 * 1024)

    def get(self, key: Hashable) -> Entry | None:
        """Return the entry under `key` if it is valid."""
        entry = self._entries.get(key)
        if entry is None or entry.revision != self.revision(entry.made_of):
            return None
        return entry

    def revision(self, made_of: tuple[str, ...]) -> int:
        """Return the current revision of this data. Take it before reading the data."""
        # Revisions only grow, so their sum is different for every state of the data.
        return sum(map(self._revision_of, made_of))

    async def set(
        self,
        key: Hashable,
        revision: int,
        made_of: tuple[str, ...],
        response: Response,
        endpoint: Endpoint | None = None,
        *,
        needs_no_identity: bool = False,
    ) -> Entry:
        """Cache a response in every form. One that exceeds the whole memory is not cached."""
        if len(response.body) > COMPRESSED_AT_ONCE:
            forms = await asyncio.to_thread(represent, response)
        else:
            forms = represent(response)
        entry = Entry(revision, made_of, forms, endpoint, needs_no_identity)
        self._entries.set(key, entry, OVERHEAD + forms.size)
        return entry

    def size(self) -> int:
        """Return the approximate memory that all entries take, in bytes."""
        return self._entries.size
