"""Finding films by words: the index is asked for what has all of them, best first.

Public operations: find.
"""

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence

from kinoteka.storage.search import vocabulary
from kinoteka.storage.search.entry import FILM_ID, FIRST, whole
from kinoteka.storage.search.folding import fold, latin

LONGEST_QUERY = 100
MOST_WORDS = 8
LIMIT = 1000

PREFIX_INDEXED = 3
"""Up to so many characters the index has a list ready for whatever begins with them."""
VERY_COMMON = 5_000
MOST_COMPLETIONS = 200
MOST_EXACT = 60
"""Films whose very title is looked for, or whose first word."""
MOST_RANKED = 100
"""Films that are told apart by how well they match; those after them come by popularity alone."""
MOST_FORGIVEN = 3
"""Words that may be written wrongly."""
BATCH = 20
ENOUGH = 60
WORK_SECONDS = 0.003
"""Processor time after which `ENOUGH` are enough: matches of `of the and in` lie far apart."""

_MATCHES = """
SELECT rowid & :film_id FROM search_titles
WHERE search_titles MATCH :match ORDER BY rowid LIMIT :limit
"""
# The films under labels are looked up in an index that has no more than ids.
_VISIBLE_MATCHES = """
SELECT rowid & :film_id FROM search_titles
WHERE search_titles MATCH :match AND NOT EXISTS (
    SELECT 1 FROM films INDEXED BY ix_films_label_id_id
    WHERE label_id IN (SELECT value FROM json_each(:hidden))
    AND films.id = search_titles.rowid & :film_id)
ORDER BY rowid LIMIT :limit
"""
_HIDDEN = """
SELECT id FROM labels WHERE id NOT IN (SELECT value FROM json_each(?))
AND EXISTS (SELECT 1 FROM films WHERE label_id = labels.id)
"""
_WORDS = "SELECT film_id, words FROM search_films WHERE film_id IN (SELECT value FROM json_each(?))"


def find(
    connection: sqlite3.Connection,
    query: str,
    labels: Sequence[int] | None,
    limit: int = LIMIT,
) -> list[int]:
    """The ids of the films whose titles have all words of the query, best first.

    A word may be the beginning of a title's word, and may be written wrongly where nothing is
    found otherwise. Films under a label that is not among `labels` are not found; None finds all.
    """
    words = fold(query[:LONGEST_QUERY])
    return _Search(connection, labels, limit).find(words) if words else []


class _Search:
    """One search: a connection, what its viewer sees, and how much is wanted."""

    def __init__(
        self, connection: sqlite3.Connection, labels: Sequence[int] | None, limit: int
    ) -> None:
        self._connection = connection
        self._limit = limit
        self._given: dict[str, object] = {"film_id": FILM_ID}
        self._sql = _MATCHES
        if labels is not None:
            hidden = [row[0] for row in connection.execute(_HIDDEN, (json.dumps(list(labels)),))]
            if hidden:
                self._sql = _VISIBLE_MATCHES
                self._given["hidden"] = json.dumps(hidden)

    def find(self, words: list[str]) -> list[int]:
        found = self._matches(_term(whole(" ".join(words))), MOST_EXACT)
        words = words[:MOST_WORDS]
        if len(words) == 1:
            found += self._one_word(words[0])
        else:
            found += self._several_words(words)
        return list(dict.fromkeys(found or self._forgiving(words)))[: self._limit]

    def _one_word(self, word: str) -> list[int]:
        """Each of these is read off one list, as far as is wanted."""
        return [
            *self._matches(_term(FIRST + word), MOST_EXACT),
            *self._matches(_term(word), MOST_EXACT),
            *self._matches(self._beginning(word, FIRST), MOST_EXACT),
            *self._matches(self._beginning(word), self._limit),
        ]

    def _several_words(self, words: list[str]) -> list[int]:
        *before, last = dict.fromkeys(words)
        expressions = [*map(self._finished, before), self._beginning(last)]
        found = self._matches(_all(expressions), self._limit)
        return self._ranked(found, words)

    def _forgiving(self, words: list[str]) -> list[int]:
        """What is found when words are joined, or taken for others that they resemble."""
        found = self._matches(_any(self._joined(words)), self._limit)
        if found:
            return self._ranked(found, words)
        known = {word: self._beginning(word) for word in words}
        wrong = [word for word in words if not known[word]]
        if 0 < len(wrong) <= MOST_FORGIVEN:
            found = self._with_likely(known, wrong)
        if not found and len(wrong) < len(words) <= MOST_FORGIVEN:
            found = self._with_likely(known, words)
        return found

    def _with_likely(self, known: dict[str, str], wrong: list[str]) -> list[int]:
        """What has the known words, and in place of each wrong one a word that it resembles."""
        likely = {word: self._likely(word) for word in wrong}
        expressions = [
            _any([known[word]] * bool(known[word]) + [_term(each) for each in likely.get(word, ())])
            for word in known
        ]
        found = self._matches(_all(expressions), self._limit)
        meant = [likely[word][0] if likely.get(word) else word for word in known]
        return self._ranked(found, meant)

    def _joined(self, words: list[str]) -> Iterable[str]:
        """The words as the beginning of a title, closed up; and with any two of them joined."""
        if sum(map(len, words)) > PREFIX_INDEXED:
            yield f"{_term(whole(' '.join(words)))}*"
        for at in range(len(words) - 1):
            joined = [*words[:at], words[at] + words[at + 1], *words[at + 2 :]]
            expression = _all([self._beginning(word) for word in joined])
            if expression:
                yield f"({expression})"

    def _likely(self, word: str) -> list[str]:
        """Words that a word may stand for, the likeliest first."""
        spelled = latin(word)
        if spelled in (word, ""):
            return vocabulary.resembling(self._connection, word)
        return self._completions(spelled) or vocabulary.resembling(self._connection, spelled)

    def _completions(self, word: str) -> list[str]:
        return vocabulary.completions(self._connection, word, MOST_COMPLETIONS)

    def _ranked(self, found: list[int], words: list[str]) -> list[int]:
        """The better matches first; popularity decides between equal ones."""
        first, rest = found[:MOST_RANKED], found[MOST_RANKED:]
        rows = self._connection.execute(_WORDS, (json.dumps(first),))
        ranks = {film_id: _rank(written, words) for film_id, written in rows}
        return sorted(first, key=lambda film_id: ranks.get(film_id, WORST)) + rest

    def _finished(self, word: str) -> str:
        """What has such a word, with others after it: a very common one is meant as it stands.

        Half of all titles have a word that begins with `a`, and a tenth the word itself.
        """
        if len(word) <= PREFIX_INDEXED and vocabulary.times(self._connection, word) >= VERY_COMMON:
            return _term(word)
        return self._beginning(word)

    def _beginning(self, word: str, mark: str = "") -> str:
        """What has a word that begins so; empty if no title has one."""
        if len(mark + word) <= PREFIX_INDEXED:
            return f"{_term(mark + word)}*"
        # The lists of a few words are read as they are; otherwise the index would merge them first.
        known = self._completions(word)
        if len(known) == MOST_COMPLETIONS:
            return "" if mark else f"{_term(word)}*"
        return _any(_term(mark + completion) for completion in known)

    def _matches(self, match: str, limit: int) -> list[int]:
        if not match:
            return []
        given = {**self._given, "match": match, "limit": min(limit, self._limit)}
        cursor = self._connection.execute(self._sql, given)
        enough = time.thread_time() + WORK_SECONDS
        found: list[int] = []
        while rows := cursor.fetchmany(BATCH):
            found += [film_id for (film_id,) in rows]
            if len(found) >= ENOUGH and time.thread_time() > enough:
                break
        return found


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


def _term(word: str) -> str:
    """A word for the index to find as it is."""
    return '"' + word.replace('"', '""') + '"'


def _any(expressions: Iterable[str]) -> str:
    joined = " OR ".join(expressions)
    return f"({joined})" if joined else ""


def _all(expressions: Sequence[str]) -> str:
    """What all of them find; empty, which finds nothing, if one is empty."""
    return " AND ".join(expressions) if all(expressions) else ""
