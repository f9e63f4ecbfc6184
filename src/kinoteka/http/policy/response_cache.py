"""Cached responses: frequently requested responses that rarely change, as bytes."""

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass

from kinoteka.database.revision_cache import RevisionCache
from kinoteka.database.revisions import Revisions
from kinoteka.http.mechanics.endpoints import Endpoint
from kinoteka.http.mechanics.representations import Representations, represent
from kinoteka.http.mechanics.response import Response

# Compressing so many bytes takes half a millisecond; more than that leaves the event loop.
COMPRESSED_AT_ONCE = 16 * 1024
# What an entry takes besides its bodies and what its headers say: the objects and the key.
OVERHEAD = 3500


@dataclass(frozen=True, slots=True)
class Entry:
    """A cached response, made by `endpoint`.

    One that `needs_no_identity` may be sent to an anonymous client before the request is routed.
    """

    forms: Representations
    endpoint: Endpoint
    needs_no_identity: bool


class ResponseCache(RevisionCache[Hashable, Entry]):
    """Responses by key, within a bound of memory."""

    def __init__(self, megabytes: int, revisions: Revisions) -> None:
        super().__init__(revisions, megabytes * 1024 * 1024)

    async def store(
        self,
        key: Hashable,
        revision: int,
        made_of: tuple[str, ...],
        response: Response,
        endpoint: Endpoint,
        *,
        needs_no_identity: bool = False,
    ) -> Entry:
        """Cache a response in every form. One that exceeds the whole memory is not cached."""
        if len(response.body) > COMPRESSED_AT_ONCE:
            forms = await asyncio.to_thread(represent, response)
        else:
            forms = represent(response)
        entry = Entry(forms, endpoint, needs_no_identity)
        self.set(key, entry, revision, made_of, OVERHEAD + forms.size)
        return entry
