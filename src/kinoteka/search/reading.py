"""What finding asks of an index, whichever engine keeps it."""

from collections.abc import Sequence
from typing import Protocol

from kinoteka.search.expressions import Expression


class Words(Protocol):
    """The words of all titles; one that stands in none any more may still be among them."""

    def completions(self, start: str, most: int) -> list[str]:
        """Words that begin so, by code points, at most so many."""

    def times(self, words: Sequence[str]) -> dict[str, int]:
        """How many times words stand in titles, as far as they are known."""

    def alike(self, word: str, errors: int) -> dict[str, int]:
        """Words that share most trigrams with this one, and how many times each stands.

        An error spoils three trigrams at most, so one of any `3 * errors + 1` is left: the rarest
        ones will do. At most `likeness.MOST_COMPARED`: of equals the first in the vocabulary.
        """


class Index(Words, Protocol):
    """An index as one viewer reads it: films that are hidden from them are not in it."""

    def matches(self, wanted: Expression, limit: int) -> list[int]:
        """The ids of films that have what is wanted, by `entry.position`, at most so many."""

    def readings(self, film_ids: Sequence[int]) -> dict[int, str]:
        """Every reading of films' titles, a line each, by the film's id.

        Of the first films, `finding.MOST_RANKED` at most, that `matches` has found last.
        """
