"""Read the search index in SQLite: FTS5 returns matches in order of popularity.

Public operations: open_index.
"""

import json
import sqlite3
import time
from collections.abc import Sequence
from typing import Any

from kinoteka.database.engines.sqlite.search import words as sqlite_words
from kinoteka.database.visibility import SEARCHES, Labels
from kinoteka.search.entry import FILM_ID
from kinoteka.search.expressions import AllOf, AnyOf, ExactTerm, Expression, Prefix
from kinoteka.search.index_interface import Matches

VISIBILITY = SEARCHES["sqlite"]
BATCH = 20
ENOUGH = 60
WORK_SECONDS = 0.003
"""The processor time after which `ENOUGH` matches suffice; some queries match rarely."""

_MATCHES = """
SELECT rowid & :film_id FROM search_titles
WHERE search_titles MATCH :match ORDER BY rowid LIMIT :limit
"""
_VISIBLE_MATCHES = f"""
SELECT rowid & :film_id FROM search_titles
WHERE search_titles MATCH :match AND {VISIBILITY.visible}
ORDER BY rowid LIMIT :limit
"""
_LINES = """
SELECT film_id, position, words FROM search_films
WHERE film_id IN (SELECT value FROM json_each(?))
"""


def open_index(connection: sqlite3.Connection, labels: Labels) -> "SQLiteIndex":
    """Open the index for a reader with these labels; None includes all films."""
    return SQLiteIndex(connection, labels)


class SQLiteIndex:
    """The index for one reader."""

    def __init__(self, connection: sqlite3.Connection, labels: Labels) -> None:
        self._connection = connection
        self._given: dict[str, object] = {"film_id": FILM_ID}
        self._sql = _MATCHES
        excluded = VISIBILITY.excluded(labels, self._fetch)
        if excluded is not None:
            self._sql = _VISIBLE_MATCHES
            self._given["excluded"] = json.dumps(excluded)

    def matches(self, wanted: Expression, limit: int) -> Matches:
        """Return the best films that match."""
        given = {**self._given, "match": _match(wanted), "limit": limit}
        cursor = self._connection.execute(self._sql, given)
        enough = time.thread_time() + WORK_SECONDS
        found: list[int] = []
        while rows := cursor.fetchmany(BATCH):
            found += [film_id for (film_id,) in rows]
            if len(found) >= ENOUGH and time.thread_time() > enough:
                return Matches(found, is_complete=False)
        return Matches(found, is_complete=True)

    def lines(self, film_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
        """Return the ranks and the lines of films by film id."""
        rows = self._connection.execute(_LINES, (json.dumps(film_ids),))
        return {film_id: (position, lines) for film_id, position, lines in rows}

    def completions(self, prefix: str, limit: int) -> list[str]:
        """Return words with this prefix."""
        return sqlite_words.completions(self._connection, prefix, limit)

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        """Return the frequencies of words."""
        return sqlite_words.frequencies(self._connection, words)

    def candidates(self, word: str, errors: int) -> dict[str, int]:
        """Return the words that share most trigrams with this one."""
        return sqlite_words.candidates(self._connection, word, errors)

    def _fetch(self, sql: str, lists: list[list[int]]) -> list[Any]:
        return self._connection.execute(sql, [json.dumps(each) for each in lists]).fetchall()


def _match(wanted: Expression) -> str:
    """Return an expression in the query language of FTS5."""
    match wanted:
        case ExactTerm(term):
            return _quoted(term)
        case Prefix(prefix, ()):
            return f"{_quoted(prefix)}*"
        case Prefix(_, known):
            # FTS5 reads the lists of a few words directly; for a prefix it would merge them first.
            return f"({' OR '.join(map(_quoted, known))})"
        case AnyOf(of):
            return f"({' OR '.join(map(_match, of))})"
        case AllOf(of):
            return f"({' AND '.join(map(_match, of))})"


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'
