"""Selections in short, as lists and menus of pages show them.

Public operations: public, own, of_person, choices.
"""

from collections.abc import Sequence

import msgspec

from kinoteka.core.access.model import SELECTIONS_FEATURE, Actor
from kinoteka.core.catalogue.listing import Listing
from kinoteka.core.catalogue.positions import Ids, numbers
from kinoteka.core.library import queries
from kinoteka.core.library.model import Cover, Selection, SelectionCard, SelectionChoice
from kinoteka.core.library.selections import Selections
from kinoteka.database.statement import Statement
from kinoteka.database.unit import Unit
from kinoteka.database.visibility import visible_to

COVERS_MOST = 4
"""How many films the card of a selection shows."""


class SelectionLists:
    """Lists of selections, each with its first films alone."""

    def __init__(self, selections: Selections) -> None:
        self._selections = selections

    async def public(
        self, actor: Actor, unit: Unit, *, featured: bool | None = None
    ) -> Listing[SelectionCard]:
        """Public selections in which the actor sees a film: featured first, then newest first.

        `featured` chooses those that are, or those that are not.
        """
        ids = await self._selections.public_order(actor, unit, featured)
        return self._listing(actor, unit, ids, public=True)

    async def own(self, actor: Actor, unit: Unit) -> Listing[SelectionCard]:
        """One's own selections, newest first.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        statement = queries.editable_order(operator=False)
        ids = await _ids(unit, statement, account_id=actor.require_account())
        return self._listing(actor, unit, ids)

    async def of_person(self, actor: Actor, unit: Unit, account_id: int) -> Listing[SelectionCard]:
        """The public selections of an account in which the actor sees a film, newest first."""
        ids = await _ids(unit, queries.PUBLIC_OF, account_id=account_id, **visible_to(actor.labels))
        return self._listing(actor, unit, ids, public=True)

    async def choices(self, actor: Actor, unit: Unit, film_id: int) -> list[SelectionChoice]:
        """One's own selections into which one may put a film, newest first.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        given = {
            "account_id": actor.require_account(),
            "operator": actor.may(SELECTIONS_FEATURE),
            "film_id": film_id,
            **visible_to(actor.labels),
        }
        # A hundred selections of a hundred films take milliseconds.
        read = unit.all if unit.is_writing else unit.all_in_thread
        return await read(queries.CHOICES, **given)

    def _listing(
        self, actor: Actor, unit: Unit, ids: Ids, *, public: bool = False
    ) -> Listing[SelectionCard]:
        async def read(some: Sequence[int]) -> list[SelectionCard]:
            cards = await _cards(actor, unit, some)
            # Another process may just have withdrawn one.
            return [card for card in cards if card.public] if public else cards

        return Listing(ids, read)


async def _ids(unit: Unit, statement: Statement[tuple[str]], **given: object) -> Ids:
    rows = await unit.all_in_thread(statement, **given)
    return numbers(rows[0][0])


async def _cards(actor: Actor, unit: Unit, ids: Sequence[int]) -> list[SelectionCard]:
    chosen = list(ids)
    found = {each.id: each for each in await unit.all(queries.SELECTIONS, ids=chosen)}
    covers: dict[int, list[Cover]] = {selection_id: [] for selection_id in chosen}
    totals = dict.fromkeys(chosen, 0)
    rows = await unit.all_in_thread(
        queries.COVERS_OF, ids=chosen, most=COVERS_MOST, **visible_to(actor.labels)
    )
    for selection_id, total, cover in rows:
        covers[selection_id].append(cover)
        totals[selection_id] = total
    return [
        _card(found[selection_id], totals[selection_id], covers[selection_id])
        for selection_id in chosen
        if selection_id in found
    ]


def _card(selection: Selection, films: int, covers: Sequence[Cover]) -> SelectionCard:
    facts = msgspec.structs.asdict(selection) | {"films": films, "covers": tuple(covers)}
    return SelectionCard(**facts)
