"""Members of a set of numbers have the ranks of their order."""

from hypothesis import given
from hypothesis import strategies as st

from kinoteka.core.imports.formats.id_set import IdSet


@given(st.sets(st.integers(0, 5000)))
def test_ranks_are_positions_in_the_sorted_set(numbers):
    ids = IdSet()
    for number in numbers:
        ids.add(number)

    assert ids.freeze() == len(numbers)
    assert [ids.rank(number) for number in sorted(numbers)] == list(range(len(numbers)))
    assert all(ids.rank(number) == -1 for number in range(-1, 6000) if number not in numbers)


def test_empty_set_has_no_ranks():
    ids = IdSet()
    assert ids.freeze() == 0
    assert ids.rank(0) == ids.rank(-1) == -1
