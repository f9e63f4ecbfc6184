"""Sparse positions of the films in a selection: moving one film rewrites one row.

Positions have gaps. A film that moves gets a position in the middle of a gap. When a gap is used
up, after sixteen moves to the same place, all films get new positions with equal gaps.

Public operations: position_at, position_between, place, store_films.
"""

from collections.abc import Sequence

from kinoteka.core.library import queries
from kinoteka.core.library.model import SelectionPosition
from kinoteka.database.unit import Conflict, Unit
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.clock import now

GAP = 2**16
"""The distance between films whose positions were assigned together."""
MAX_POSITION = 2**31 - 1
"""Positions are 32-bit integers."""


def position_at(index: int) -> int:
    """Return the position of a film whose positions are assigned together with all others."""
    return (index + 1) * GAP


def position_between(before: int | None, after: int | None) -> int | None:
    """Return a position between two films; None is an end. Return None if there is no room."""
    if before is None and after is None:
        return position_at(0)
    if after is None:
        position = (before or 0) + GAP
    elif before is None:
        position = after - GAP
    else:
        position = (before + after) // 2
        if position == before:
            return None
    return position if -MAX_POSITION <= position <= MAX_POSITION else None


async def place(
    unit: Unit, selection_id: int, film_id: int, rest: Sequence[SelectionPosition], index: int
) -> None:
    """Store a film before another one of the same selection, or at the end."""
    before = rest[index - 1].position if index else None
    after = rest[index].position if index < len(rest) else None
    position = position_between(before, after)
    if position is None:
        ids = [each.film_id for each in rest]
        await store_films(unit, selection_id, [*ids[:index], film_id, *ids[index:]])
    else:
        await _store(unit, [_row(selection_id, film_id, position)])


async def store_films(unit: Unit, selection_id: int, film_ids: Sequence[int]) -> None:
    """Store the positions of all films of a selection."""
    await _store(
        unit,
        [_row(selection_id, film_id, position_at(index)) for index, film_id in enumerate(film_ids)],
    )


def _row(selection_id: int, film_id: int, position: int) -> dict[str, int]:
    return {
        "selection_id": selection_id,
        "film_id": film_id,
        "position": position,
        "added_at": now(),
    }


async def _store(unit: Unit, rows: list[dict[str, int]]) -> None:
    try:
        await unit.run_many(queries.STORE_FILM, rows)
    except Conflict:  # A film was deleted after it was looked up.
        raise DomainError(Code.FILM_UNKNOWN) from None
