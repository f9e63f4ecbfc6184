"""Cached responses: frequently requested responses that rarely change, as bytes.

A response is stored when it is requested for the second time. Most pages of a large catalogue are
requested once and never again, and storing those would only evict the others.
"""

import asyncio
from dataclasses import dataclass
from typing import TypeAlias

from kinoteka.database.revision_cache import RevisionCache
from kinoteka.database.revisions import Revisions
from kinoteka.http.mechanics.endpoints import Endpoint
from kinoteka.http.mechanics.representations import Representation, make_representation
from kinoteka.http.mechanics.response import Response
from kinoteka.infrastructure.cache import RecentKeys

# Compressing so many bytes takes half a millisecond; more than that leaves the event loop.
COMPRESSED_AT_ONCE = 16 * 1024
# What an entry takes besides its body and what its headers say: the objects and the key.
OVERHEAD = 2000
# Addresses that are remembered after their first request: 128 KiB.
REMEMBERED = 16 * 1024

Key: TypeAlias = tuple[str, bytes, tuple[int, ...] | None, bool]
"""The path, the query, the labels that the client sees, and whether it accepts gzip."""
MISSING_KEY = "kinoteka.missing_key"
"""The key of a scope with the `Key` that a middleware has looked up in vain."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A cached response, made by `endpoint`.

    One that `needs_no_identity` may be sent to an anonymous client before the request is routed.
    """

    form: Representation
    endpoint: Endpoint
    needs_no_identity: bool


class ResponseCache(RevisionCache[Key, Entry]):
    """Responses by key, within a bound of memory."""

    def __init__(self, megabytes: int, revisions: Revisions) -> None:
        super().__init__(revisions, megabytes * 1024 * 1024)
        self._requested = RecentKeys(REMEMBERED)

    def is_repeated(self, key: Key) -> bool:
        """Return whether this was requested before, and remember that it was requested.

        A change of the data does not matter: what was requested often will be requested again.
        """
        return self.holds(key) or self._requested.add(key)

    def store(self, key: Key, entry: Entry, revision: int, made_of: tuple[str, ...]) -> None:
        """Cache a response. One that exceeds the whole memory is not cached."""
        self.set(key, entry, revision, made_of, OVERHEAD + entry.form.size)


async def represent_for(client_accepts_gzip: bool, response: Response) -> Representation:
    """Make the representation of a response for a client. Compress a large one in a thread."""
    if client_accepts_gzip and len(response.body) > COMPRESSED_AT_ONCE:
        return await asyncio.to_thread(make_representation, response, compressed=True)
    return make_representation(response, compressed=client_accepts_gzip)
