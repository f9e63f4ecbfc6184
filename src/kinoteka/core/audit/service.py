"""The audit log as operators read it.

Public operations: entries, prune. What is written goes through `recording.record`.
"""

import msgspec

from kinoteka.config import Settings
from kinoteka.core.audit import queries
from kinoteka.core.audit.model import AUDIT_VIEW, EntryPage, EntryQuery, Who
from kinoteka.storage.clock import DAY, now
from kinoteka.storage.unit import Unit

PAGE = 50


class Audit:
    """Who changed what, as long as the settings keep it."""

    def __init__(self, settings: Settings) -> None:
        self._kept = settings.audit_days * DAY

    async def entries(
        self, actor: Who, unit: Unit, query: EntryQuery, limit: int = PAGE
    ) -> EntryPage:
        """The entries that the query chooses, newest first.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(AUDIT_VIEW)
        given = {
            name: value
            for name, value in msgspec.structs.asdict(query).items()
            if value is not None
        }
        # In a thread: with several filters it may look through all that the first one gives.
        found = await unit.all_in_thread(queries.entries(tuple(given)), most=limit + 1, **given)
        more = len(found) > limit
        return EntryPage(found[:limit], found[limit - 1].id if more else None)

    async def prune(self, unit: Unit) -> int:
        """Forget the oldest entries, some thousand at a time; how many."""
        return await unit.run(queries.PRUNE, until=now() - self._kept)
