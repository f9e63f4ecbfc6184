"""The interface of a search index, which each engine implements."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from kinoteka.search.expressions import Expression


class Vocabulary(Protocol):
    """The words of all titles; words of removed titles may still be included."""

    def completions(self, prefix: str, limit: int) -> list[str]:
        """Return up to `limit` words with this prefix, ordered by code points."""

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        """Return the frequencies of the words that are known."""

    def candidates(self, word: str, errors: int) -> dict[str, int]:
        """Return the words that share most trigrams with this one, with their frequencies.

        An error changes at most three trigrams, so of any `3 * errors + 1` at least one is
        unchanged; the rarest ones suffice. Return up to `typos.MAX_COMPARED` words; among equals,
        the first in the vocabulary.
        """


class Matches(NamedTuple):
    """The ids of films; not complete if the search took too long to return all of them."""

    ids: list[int]
    is_complete: bool


class Index(Vocabulary, Protocol):
    """An index for one reader: films that the reader may not see are excluded."""

    def matches(self, wanted: Expression, limit: int) -> Matches:
        """Return up to `limit` films that match, ordered by `entry.rank_key`."""

    def lines(self, film_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
        """Return the ranks and the lines (`entry.lines_of`) of films by film id.

        Each film must be among the first `finder.MAX_RANKED` of a result of `matches`.
        """
