"""What feeds list: new films, public selections and the films of a selection.

Public operations: read_new_films, read_public_selections, read_selection.

Feeds have no reader, so they list what anonymous users see.
"""

from collections.abc import Mapping

import msgspec

from kinoteka.core.access.model import UNIDENTIFIED_ACTOR, Actor
from kinoteka.core.library import queries
from kinoteka.core.library.model import (
    DatedFilm,
    DatedSelection,
    DatedSelectionCard,
)
from kinoteka.core.library.selection_lists import read_cards
from kinoteka.database.unit import Unit
from kinoteka.database.visibility import visible_to
from kinoteka.errors import Code, DomainError

MAX_ENTRIES = 50


async def read_new_films(unit: Unit, language: str) -> list[DatedFilm]:
    """Return the newest films of the catalogue, without those whose time of addition is unknown.

    Films get ascending ids, so older films cannot follow in the order of ids.
    """
    values = _parameters(language)
    films = await unit.all_in_thread(queries.NEWEST_FILMS, most=MAX_ENTRIES, **values)
    return [film for film in films if film.at is not None]


async def read_public_selections(unit: Unit, language: str) -> list[DatedSelectionCard]:
    """Return the public selections with a visible film that changed last."""
    values = visible_to(UNIDENTIFIED_ACTOR.labels)
    found = await unit.all_in_thread(queries.CHANGED_SELECTIONS, most=MAX_ENTRIES, **values)
    times = {each.id: each.updated_at for each in found}
    cards = await read_cards(_reader(language), unit, list(times))
    return [DatedSelectionCard(card, times[card.id]) for card in cards if card.public]


async def read_selection(
    unit: Unit, selection_id: int, language: str
) -> tuple[DatedSelection, list[DatedFilm]]:
    """Return a public selection and the visible films that were added to it last.

    A film of unknown time has that of the selection's creation.

    Raises:
        DomainError(SELECTION_UNKNOWN): it does not exist or is private.
    """
    selection = await unit.first(queries.DATED_SELECTION, selection_id=selection_id)
    if selection is None or not selection.public:
        raise DomainError(Code.SELECTION_UNKNOWN)
    films = await unit.all_in_thread(
        queries.LAST_FILMS_OF,
        selection_id=selection_id,
        most=MAX_ENTRIES,
        **_parameters(language),
    )
    created = selection.created_at
    return selection, [msgspec.structs.replace(each, at=each.at or created) for each in films]


def _reader(language: str) -> Actor:
    return msgspec.structs.replace(UNIDENTIFIED_ACTOR, language=language)


def _parameters(language: str) -> Mapping[str, object]:
    return {**visible_to(UNIDENTIFIED_ACTOR.labels), "language": language}
