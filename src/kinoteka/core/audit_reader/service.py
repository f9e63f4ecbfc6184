"""The audit log as operators read it.

Public operations: entries, prune.

An operator sees the names of films, selections and imports only if they are visible to that
operator elsewhere.
"""

from collections.abc import Collection, Sequence

import msgspec

from kinoteka.core.access.model import (
    FILMS_EDIT,
    FILMS_IMPORT,
    FILMS_LABEL,
    SELECTIONS_FEATURE,
    Actor,
)
from kinoteka.core.audit import queries
from kinoteka.core.audit.model import AUDIT_VIEW, AuditEntry, AuditFilter, AuditPage
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.library.selections import Selections
from kinoteka.database.unit import Unit
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.settings import Settings

PAGE = 50


class AuditReader:
    """Reads audit entries and deletes those older than the setting allows."""

    def __init__(self, settings: Settings, catalogue: Catalogue, selections: Selections) -> None:
        self._retention = settings.audit_days * DAY
        self._catalogue = catalogue
        self._selections = selections

    async def entries(
        self, actor: Actor, unit: Unit, query: AuditFilter, limit: int = PAGE
    ) -> AuditPage:
        """Return a page of the entries that match the query, newest first.

        The name and details of a film, a selection or an import are withheld if the actor may not
        see it.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        actor.require(AUDIT_VIEW)
        filters = {
            name: value
            for name, value in msgspec.structs.asdict(query).items()
            if value is not None
        }
        # In a thread, because several filters may scan every entry that the first one selects.
        found = await unit.all_in_thread(
            queries.entries(tuple(filters)), limit=limit + 1, **filters
        )
        has_more = len(found) > limit
        entries = await self._withhold(actor, unit, found[:limit])
        return AuditPage(entries, found[limit - 1].id if has_more else None)

    async def prune(self, unit: Unit) -> int:
        """Delete a batch of entries that are too old. Return the number of deleted entries."""
        return await unit.run(queries.PRUNE, until=now() - self._retention)

    async def _withhold(
        self, actor: Actor, unit: Unit, entries: Sequence[AuditEntry]
    ) -> list[AuditEntry]:
        visible = {
            "film": await self._visible_films(actor, unit, _subjects(entries, "film")),
            "selection": await self._visible_selections(
                actor, unit, _subjects(entries, "selection")
            ),
            "import": _subjects(entries, "import") if actor.may(FILMS_IMPORT) else (),
        }
        return [
            entry if _is_visible(entry, visible.get(entry.subject_kind)) else _withheld(entry)
            for entry in entries
        ]

    async def _visible_films(
        self, actor: Actor, unit: Unit, ids: Collection[int]
    ) -> Collection[int]:
        if actor.may(FILMS_EDIT) or actor.may(FILMS_LABEL):
            return ids
        return {film.id for film in await self._catalogue.films_by_id(actor, unit, [*ids])}

    async def _visible_selections(
        self, actor: Actor, unit: Unit, ids: Collection[int]
    ) -> Collection[int]:
        if actor.may(SELECTIONS_FEATURE):
            return ids
        return await self._selections.visible_ids(actor, unit, ids)


def _subjects(entries: Sequence[AuditEntry], kind: str) -> Collection[int]:
    return {
        entry.subject_id
        for entry in entries
        if entry.subject_kind == kind and entry.subject_id is not None
    }


def _is_visible(entry: AuditEntry, visible: Collection[int] | None) -> bool:
    return visible is None or entry.subject_id in visible


def _withheld(entry: AuditEntry) -> AuditEntry:
    return msgspec.structs.replace(entry, subject_name="", details={}, withheld=True)
