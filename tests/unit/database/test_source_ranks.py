"""Ranks of new sources."""

from kinoteka.database.source_ranks import BY_HAND, DEFAULT_RANKS, default_rank


def test_values_entered_by_hand_rank_first_and_movielens_last() -> None:
    ranked = sorted((*DEFAULT_RANKS, "club"), key=default_rank)
    assert (ranked[0], ranked[-1]) == (BY_HAND, "movielens")
