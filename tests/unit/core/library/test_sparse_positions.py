"""Sparse positions of the films in a selection."""

import pytest

from kinoteka.core.library.sparse_positions import (
    GAP,
    MAX_POSITION,
    position_at,
    position_between,
)


@pytest.mark.parametrize(
    ("before", "after", "position"),
    [
        (None, None, GAP),
        (7, None, 7 + GAP),
        (None, 7, 7 - GAP),
        (4, 8, 6),
        (-5, -2, -4),
        (4, 5, None),
        (0, 1, None),
        (7, 7, None),
        (MAX_POSITION, None, None),
        (None, -MAX_POSITION, None),
    ],
)
def test_position_is_between_its_neighbours_if_there_is_room(before, after, position):
    assert position_between(before, after) == position


def test_a_gap_has_room_for_sixteen_moves_to_the_same_place():
    before, after, moves = position_at(0), position_at(1), 0
    while (middle := position_between(before, after)) is not None:
        after, moves = middle, moves + 1
    assert moves == 16
