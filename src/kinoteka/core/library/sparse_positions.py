"""Sparse positions of the films in a selection: moving one film rewrites one row.

Positions have gaps. A film that moves gets a position in the middle of a gap. When a gap is used
up, after sixteen moves to the same place, all films get new positions with equal gaps.

Public operations: position_at, position_between.
"""

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
