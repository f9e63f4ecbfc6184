"""The interface of a search index, which each engine implements."""

from collections.abc import Sequence
from typing import Protocol

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


class Index(Vocabulary, Protocol):
    """An index for one reader: films that the reader may not see are excluded."""

    def matches(self, wanted: Expression, limit: int) -> list[int]:
        """Return up to `limit` ids of films that match, ordered by `entry.rank_key`."""

    def spellings(self, film_ids: Sequence[int]) -> dict[int, str]:
        """Return the spellings of films' titles by film id, one per line.

        The films must be among the first `finder.MAX_RANKED` of the last `matches`.
        """
