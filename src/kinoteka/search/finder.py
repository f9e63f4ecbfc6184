"""Find films by words in their titles, best matches first.

This code serves both engines; their differences are behind `index_interface.Index`.

Public operations: find.
"""

from collections.abc import Iterable

from kinoteka.search.entry import FIRST_WORD_MARK, whole_title_term
from kinoteka.search.expressions import ExactTerm, Expression, Prefix, all_of, any_of
from kinoteka.search.folding import fold, to_latin
from kinoteka.search.index_interface import Index
from kinoteka.search.typos import similar_words

MAX_QUERY_LENGTH = 100
MAX_WORDS = 8
LIMIT = 1000

PREFIX_INDEXED = 3
"""Prefixes up to this length are in the index; longer ones are expanded to known words."""
VERY_COMMON = 5_000
MAX_COMPLETIONS = 200
MAX_EXACT_MATCHES = 60
"""The maximum number of films whose whole title or first word matches."""
MAX_RANKED = 100
"""The maximum number of films ranked by how well they match; popularity orders the rest."""
MAX_MISSPELLED_WORDS = 3
"""The maximum number of words with typos."""


def find(index: Index, query: str, limit: int = LIMIT) -> list[int]:
    """Return the ids of the films whose titles contain all words of the query, best first.

    A word may be the prefix of a word in a title. If nothing else matches, words may have typos.
    """
    words = fold(query[:MAX_QUERY_LENGTH])
    return _Search(index, limit).find(words) if words else []


class _Search:
    """One search in one index."""

    def __init__(self, index: Index, limit: int) -> None:
        self._index = index
        self._limit = limit
        self._known: dict[str, list[str]] = {}

    def find(self, words: list[str]) -> list[int]:
        found = self._matches(ExactTerm(whole_title_term(" ".join(words))), MAX_EXACT_MATCHES)
        words = words[:MAX_WORDS]
        if len(words) == 1:
            found += self._one_word(words[0])
        else:
            found += self._several_words(words)
        return list(dict.fromkeys(found or self._corrected_matches(words)))[: self._limit]

    def _one_word(self, word: str) -> list[int]:
        """Return matches of a single word: first words, exact words, then prefixes."""
        return [
            *self._matches(ExactTerm(FIRST_WORD_MARK + word), MAX_EXACT_MATCHES),
            *self._matches(ExactTerm(word), MAX_EXACT_MATCHES),
            *self._matches(self._prefix(word, FIRST_WORD_MARK), MAX_EXACT_MATCHES),
            *self._matches(self._prefix(word), self._limit),
        ]

    def _several_words(self, words: list[str]) -> list[int]:
        *before, last = dict.fromkeys(words)
        expressions = [*map(self._complete_word, before), self._prefix(last)]
        found = self._matches(all_of(expressions), self._limit)
        return self._ranked(found, words)

    def _corrected_matches(self, words: list[str]) -> list[int]:
        """Return matches with joined words or corrected typos."""
        found = self._matches(any_of(self._joined_words(words)), self._limit)
        if found:
            return self._ranked(found, words)
        known = {word: self._prefix(word) for word in words}
        wrong = [word for word in words if known[word] is None]
        if 0 < len(wrong) <= MAX_MISSPELLED_WORDS:
            found = self._with_corrections(known, wrong)
        if not found and len(wrong) < len(words) <= MAX_MISSPELLED_WORDS:
            found = self._with_corrections(known, words)
        return found

    def _with_corrections(self, known: dict[str, Expression | None], wrong: list[str]) -> list[int]:
        """Return matches of the known words and of similar words in place of the unknown ones."""
        corrections = {word: self._corrections(word) for word in wrong}
        expressions = [
            any_of([known[word], *map(ExactTerm, corrections.get(word, ()))])
            if word in corrections
            else known[word]
            for word in known
        ]
        found = self._matches(all_of(expressions), self._limit)
        corrected = [corrections[word][0] if corrections.get(word) else word for word in known]
        return self._ranked(found, corrected)

    def _joined_words(self, words: list[str]) -> Iterable[Expression | None]:
        """Yield the query as the start of a title without spaces, and with neighbours joined."""
        if sum(map(len, words)) > PREFIX_INDEXED:
            yield Prefix(whole_title_term(" ".join(words)))
        for at in range(len(words) - 1):
            joined = [*words[:at], words[at] + words[at + 1], *words[at + 2 :]]
            yield all_of([self._prefix(word) for word in joined])

    def _corrections(self, word: str) -> list[str]:
        """Return the words that a word may stand for, the likeliest first."""
        spelled = to_latin(word)
        if spelled in (word, ""):
            return similar_words(self._index, word)
        return self._completions(spelled) or similar_words(self._index, spelled)

    def _completions(self, word: str) -> list[str]:
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self._index.completions(word, MAX_COMPLETIONS)
        return known

    def _ranked(self, found: list[int], words: list[str]) -> list[int]:
        """Sort by how well films match; keep the order by popularity among equals."""
        first, rest = found[:MAX_RANKED], found[MAX_RANKED:]
        written = self._index.spellings(first) if first else {}
        ranks = {film_id: _rank(lines, words) for film_id, lines in written.items()}
        return sorted(first, key=lambda film_id: ranks.get(film_id, WORST)) + rest

    def _complete_word(self, word: str) -> Expression | None:
        """Return the expression for a word before the last; a very common short word must be exact.

        Half of all titles have a word with the prefix `a`, and a tenth have the word itself.
        """
        is_short = len(word) <= PREFIX_INDEXED
        if is_short and self._index.frequencies([word]).get(word, 0) >= VERY_COMMON:
            return ExactTerm(word)
        return self._prefix(word)

    def _prefix(self, word: str, mark: str = "") -> Expression | None:
        """Return the expression for a prefix, or None if no title has a word with it."""
        if len(mark + word) <= PREFIX_INDEXED:
            return Prefix(mark + word)
        known = self._completions(word)
        if len(known) == MAX_COMPLETIONS:
            return None if mark else Prefix(word)
        return Prefix(mark + word, tuple(mark + each for each in known)) if known else None

    def _matches(self, wanted: Expression | None, limit: int) -> list[int]:
        if wanted is None:
            return []
        return self._index.matches(wanted, min(limit, self._limit))


WORST = 4


def _rank(written: str, words: list[str]) -> int:
    """Return how well a film matches: 0 for the whole title, then its start, a phrase, words."""
    query = " ".join(words)
    ranks = [WORST]
    for title in written.split("\n"):
        if title == query:
            return 0
        if title.startswith(query):
            ranks.append(1)
        elif f" {query}" in title:
            ranks.append(2)
        elif set(words) <= set(title.split(" ")):
            ranks.append(3)
    return min(ranks)
