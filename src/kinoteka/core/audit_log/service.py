"""The audit log as operators read it: each sees the names of what they may see elsewhere.

Public operations: entries, prune. Entries are written through `audit.recording.record`.
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
from kinoteka.core.audit.model import AUDIT_VIEW, Entry, EntryPage, EntryQuery
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.library.selections import Selections
from kinoteka.database.unit import Unit
from kinoteka.infrastructure.clock import DAY, now
from kinoteka.infrastructure.settings import Settings

PAGE = 50


class Audit:
    """Who changed what, as long as the settings keep it."""

    def __init__(self, settings: Settings, catalogue: Catalogue, selections: Selections) -> None:
        self._kept = settings.audit_days * DAY
        self._catalogue = catalogue
        self._selections = selections

    async def entries(
        self, actor: Actor, unit: Unit, query: EntryQuery, limit: int = PAGE
    ) -> EntryPage:
        """Return the entries that the query chooses, newest first.

        The name and the details of a film, a selection or an import that the actor may not see
        are withheld.

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
        shown = await self._as_visible(actor, unit, found[:limit])
        return EntryPage(shown, found[limit - 1].id if more else None)

    async def prune(self, unit: Unit) -> int:
        """Delete the oldest entries, some thousand at a time. Return how many."""
        return await unit.run(queries.PRUNE, until=now() - self._kept)

    async def _as_visible(self, actor: Actor, unit: Unit, entries: Sequence[Entry]) -> list[Entry]:
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
        return await self._selections.visible(actor, unit, ids)


def _subjects(entries: Sequence[Entry], kind: str) -> Collection[int]:
    return {
        entry.subject_id
        for entry in entries
        if entry.subject_kind == kind and entry.subject_id is not None
    }


def _is_visible(entry: Entry, visible: Collection[int] | None) -> bool:
    return visible is None or entry.subject_id in visible


def _withheld(entry: Entry) -> Entry:
    return msgspec.structs.replace(entry, subject_name="", details={}, withheld=True)
