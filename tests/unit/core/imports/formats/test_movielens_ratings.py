"""Ratings of MovieLens are summed by film."""

from kinoteka.core.imports.formats.movielens_ratings import RatingSums, doubled


def test_ratings_are_averaged():
    sums = RatingSums()
    for rating in (9.0, 8.0, 8.0):
        sums.add(b"1", rating)
    assert sums.of("1") == (8.3, 3)
    assert sums.of("2") == (None, 0)


def test_ratings_up_to_5_are_doubled():
    assert [doubled(text) for text in (b"4.5", b"0", b"5.5", b"many")] == [9.0, 0, None, None]
