"""The ranks of sources: if several have a value for a field, the lowest rank decides.

Operators can change the order on the site.
"""

BY_HAND = "by hand"
"""The source of films that operators added."""

DEFAULT_RANKS = {
    BY_HAND: 0,
    "demo": 900,
    "imdb": 1000,
    "tmdb": 1100,
    "wikipedia": 1300,
    "movielens": 1400,
}
OTHER_RANK = 1200
"""The rank of other sources: tables that an operator has named."""


def default_rank(source: str) -> int:
    """Return the rank that a new source gets."""
    return DEFAULT_RANKS.get(source, OTHER_RANK)
