"""Selections as lists and menus of pages show them.

Public operations: list_public, list_own, list_public_of, list_choices; read_cards.
"""

from collections.abc import Sequence

import msgspec

from kinoteka.core.access.model import SELECTIONS_FEATURE, Actor
from kinoteka.core.catalogue.listing import Listing
from kinoteka.core.catalogue.positions import Ids, parse_ids
from kinoteka.core.library import queries
from kinoteka.core.library.demo_texts import in_language
from kinoteka.core.library.model import Cover, Selection, SelectionCard, SelectionChoice
from kinoteka.core.library.selections import Selections
from kinoteka.database.statement import Statement
from kinoteka.database.unit import Unit
from kinoteka.database.visibility import visible_to

MAX_COVERS = 4
"""The number of films on the card of a selection."""


class SelectionLists:
    """Lists of selections with their first films."""

    def __init__(self, selections: Selections) -> None:
        self._selections = selections

    async def list_public(
        self, actor: Actor, unit: Unit, *, featured: bool | None = None
    ) -> Listing[SelectionCard]:
        """Return the public selections with a visible film: featured first, then newest first.

        `featured` returns only featured selections (True) or only others (False).
        """
        ids = await self._selections.public_ids(actor, unit, featured)
        return self._listing(actor, unit, ids, public=True)

    async def list_own(self, actor: Actor, unit: Unit) -> Listing[SelectionCard]:
        """Return the actor's selections, newest first.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        statement = queries.editable_order(operator=False)
        ids = await _ids(unit, statement, account_id=actor.require_account())
        return self._listing(actor, unit, ids)

    async def list_public_of(
        self, actor: Actor, unit: Unit, account_id: int
    ) -> Listing[SelectionCard]:
        """Return the public selections of an account with a visible film, newest first."""
        ids = await _ids(unit, queries.PUBLIC_OF, account_id=account_id, **visible_to(actor.labels))
        return self._listing(actor, unit, ids, public=True)

    async def list_choices(self, actor: Actor, unit: Unit, film_id: int) -> list[SelectionChoice]:
        """Return the actor's selections that a film may be added to, newest first.

        Raises:
            DomainError(UNAUTHORIZED)
        """
        values = {
            "account_id": actor.require_account(),
            "operator": actor.may(SELECTIONS_FEATURE),
            "film_id": film_id,
            **visible_to(actor.labels),
        }
        # Counting a hundred films in each of a hundred selections takes milliseconds.
        read = unit.all if unit.in_transaction else unit.all_in_thread
        return await read(queries.CHOICES, **values)

    def _listing(
        self, actor: Actor, unit: Unit, ids: Ids, *, public: bool = False
    ) -> Listing[SelectionCard]:
        async def read(ids: Sequence[int]) -> list[SelectionCard]:
            cards = await read_cards(actor, unit, ids)
            # Another process may have made a selection private since the ids were read.
            return [card for card in cards if card.public] if public else cards

        return Listing(ids, read)


async def _ids(unit: Unit, statement: Statement[tuple[str]], **values: object) -> Ids:
    rows = await unit.all_in_thread(statement, **values)
    return parse_ids(rows[0][0])


async def read_cards(actor: Actor, unit: Unit, ids: Sequence[int]) -> list[SelectionCard]:
    """Return selections with their first visible films, in the order of the ids."""
    requested = list(ids)
    found = {each.id: each for each in await unit.all(queries.SELECTIONS, ids=requested)}
    covers: dict[int, list[Cover]] = {selection_id: [] for selection_id in requested}
    totals = dict.fromkeys(requested, 0)
    values = {**visible_to(actor.labels), "language": actor.language, "most": MAX_COVERS}
    rows = await unit.all_in_thread(queries.COVERS_OF, ids=requested, **values)
    for selection_id, total, cover in rows:
        covers[selection_id].append(cover)
        totals[selection_id] = total
    return [
        _card(
            in_language(found[selection_id], actor.language),
            totals[selection_id],
            covers[selection_id],
        )
        for selection_id in requested
        if selection_id in found
    ]


def _card(selection: Selection, films: int, covers: Sequence[Cover]) -> SelectionCard:
    values = msgspec.structs.asdict(selection) | {"films": films, "covers": tuple(covers)}
    del values["total"]
    return SelectionCard(**values)
