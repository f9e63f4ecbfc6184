"""Finding films by words: an index is asked for what has all of them, best first.

The same on every engine: what differs between them is behind `reading.Index`.

Public operations: find.
"""

from collections.abc import Iterable

from kinoteka.search.entry import FIRST, whole
from kinoteka.search.expressions import Beginning, Expression, Term, all_of, any_of
from kinoteka.search.folding import fold, latin
from kinoteka.search.likeness import resembling
from kinoteka.search.reading import Index

LONGEST_QUERY = 100
MOST_WORDS = 8
LIMIT = 1000

PREFIX_INDEXED = 3
"""So many characters are looked for as a beginning alone; of more, which words begin with them."""
VERY_COMMON = 5_000
MOST_COMPLETIONS = 200
MOST_EXACT = 60
"""Films whose very title is looked for, or whose first word."""
MOST_RANKED = 100
"""Films that are told apart by how well they match; those after them come by popularity alone."""
MOST_FORGIVEN = 3
"""Words that may be written wrongly."""


def find(index: Index, query: str, limit: int = LIMIT) -> list[int]:
    """The ids of the films whose titles have all words of the query, best first.

    A word may be the beginning of a title's word, and may be written wrongly where nothing is
    found otherwise.
    """
    words = fold(query[:LONGEST_QUERY])
    return _Search(index, limit).find(words) if words else []


class _Search:
    """One search: what it is in, and how much is wanted."""

    def __init__(self, index: Index, limit: int) -> None:
        self._index = index
        self._limit = limit
        self._known: dict[str, list[str]] = {}

    def find(self, words: list[str]) -> list[int]:
        found = self._matches(Term(whole(" ".join(words))), MOST_EXACT)
        words = words[:MOST_WORDS]
        if len(words) == 1:
            found += self._one_word(words[0])
        else:
            found += self._several_words(words)
        return list(dict.fromkeys(found or self._forgiving(words)))[: self._limit]

    def _one_word(self, word: str) -> list[int]:
        """Each of these is read off one list, as far as is wanted."""
        return [
            *self._matches(Term(FIRST + word), MOST_EXACT),
            *self._matches(Term(word), MOST_EXACT),
            *self._matches(self._beginning(word, FIRST), MOST_EXACT),
            *self._matches(self._beginning(word), self._limit),
        ]

    def _several_words(self, words: list[str]) -> list[int]:
        *before, last = dict.fromkeys(words)
        expressions = [*map(self._finished, before), self._beginning(last)]
        found = self._matches(all_of(expressions), self._limit)
        return self._ranked(found, words)

    def _forgiving(self, words: list[str]) -> list[int]:
        """What is found when words are joined, or taken for others that they resemble."""
        found = self._matches(any_of(self._joined(words)), self._limit)
        if found:
            return self._ranked(found, words)
        known = {word: self._beginning(word) for word in words}
        wrong = [word for word in words if known[word] is None]
        if 0 < len(wrong) <= MOST_FORGIVEN:
            found = self._with_likely(known, wrong)
        if not found and len(wrong) < len(words) <= MOST_FORGIVEN:
            found = self._with_likely(known, words)
        return found

    def _with_likely(self, known: dict[str, Expression | None], wrong: list[str]) -> list[int]:
        """What has the known words, and in place of each wrong one a word that it resembles."""
        likely = {word: self._likely(word) for word in wrong}
        expressions = [
            any_of([known[word], *map(Term, likely.get(word, ()))])
            if word in likely
            else known[word]
            for word in known
        ]
        found = self._matches(all_of(expressions), self._limit)
        meant = [likely[word][0] if likely.get(word) else word for word in known]
        return self._ranked(found, meant)

    def _joined(self, words: list[str]) -> Iterable[Expression | None]:
        """The words as the beginning of a title, closed up; and with any two of them joined."""
        if sum(map(len, words)) > PREFIX_INDEXED:
            yield Beginning(whole(" ".join(words)))
        for at in range(len(words) - 1):
            joined = [*words[:at], words[at] + words[at + 1], *words[at + 2 :]]
            yield all_of([self._beginning(word) for word in joined])

    def _likely(self, word: str) -> list[str]:
        """Words that a word may stand for, the likeliest first."""
        spelled = latin(word)
        if spelled in (word, ""):
            return resembling(self._index, word)
        return self._completions(spelled) or resembling(self._index, spelled)

    def _completions(self, word: str) -> list[str]:
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self._index.completions(word, MOST_COMPLETIONS)
        return known

    def _ranked(self, found: list[int], words: list[str]) -> list[int]:
        """The better matches first; popularity decides between equal ones."""
        first, rest = found[:MOST_RANKED], found[MOST_RANKED:]
        written = self._index.readings(first) if first else {}
        ranks = {film_id: _rank(lines, words) for film_id, lines in written.items()}
        return sorted(first, key=lambda film_id: ranks.get(film_id, WORST)) + rest

    def _finished(self, word: str) -> Expression | None:
        """What has such a word, with others after it: a very common one is meant as it stands.

        Half of all titles have a word that begins with `a`, and a tenth the word itself.
        """
        is_short = len(word) <= PREFIX_INDEXED
        if is_short and self._index.times([word]).get(word, 0) >= VERY_COMMON:
            return Term(word)
        return self._beginning(word)

    def _beginning(self, word: str, mark: str = "") -> Expression | None:
        """What has a word that begins so; None if no title has one."""
        if len(mark + word) <= PREFIX_INDEXED:
            return Beginning(mark + word)
        known = self._completions(word)
        if len(known) == MOST_COMPLETIONS:
            return None if mark else Beginning(word)
        return Beginning(mark + word, tuple(mark + each for each in known)) if known else None

    def _matches(self, wanted: Expression | None, limit: int) -> list[int]:
        if wanted is None:
            return []
        return self._index.matches(wanted, min(limit, self._limit))


WORST = 4


def _rank(written: str, words: list[str]) -> int:
    """How well a film matches: 0 its very title, then its beginning, the words in a row, …"""
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
