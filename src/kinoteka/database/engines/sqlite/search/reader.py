"""Reading the index in SQLite: what FTS5 finds comes out in order of popularity.

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
from kinoteka.search.expressions import AllOf, AnyOf, Beginning, Expression, Term

VISIBILITY = SEARCHES["sqlite"]
BATCH = 20
ENOUGH = 60
WORK_SECONDS = 0.003
"""Processor time after which `ENOUGH` are enough: matches of `of the and in` lie far apart."""

_MATCHES = """
SELECT rowid & :film_id FROM search_titles
WHERE search_titles MATCH :match ORDER BY rowid LIMIT :limit
"""
_VISIBLE_MATCHES = f"""
SELECT rowid & :film_id FROM search_titles
WHERE search_titles MATCH :match AND {VISIBILITY.visible}
ORDER BY rowid LIMIT :limit
"""
_WORDS = "SELECT film_id, words FROM search_films WHERE film_id IN (SELECT value FROM json_each(?))"


def open_index(connection: sqlite3.Connection, labels: Labels) -> "SQLiteIndex":
    """The index without hidden films and those under other labels; None: all of it."""
    return SQLiteIndex(connection, labels)


class SQLiteIndex:
    """The index as one viewer reads it."""

    def __init__(self, connection: sqlite3.Connection, labels: Labels) -> None:
        self._connection = connection
        self._given: dict[str, object] = {"film_id": FILM_ID}
        self._sql = _MATCHES
        excluded = VISIBILITY.excluded(labels, self._fetch)
        if excluded is not None:
            self._sql = _VISIBLE_MATCHES
            self._given["excluded"] = json.dumps(excluded)

    def matches(self, wanted: Expression, limit: int) -> list[int]:
        """The best films that have what is wanted."""
        given = {**self._given, "match": _match(wanted), "limit": limit}
        cursor = self._connection.execute(self._sql, given)
        enough = time.thread_time() + WORK_SECONDS
        found: list[int] = []
        while rows := cursor.fetchmany(BATCH):
            found += [film_id for (film_id,) in rows]
            if len(found) >= ENOUGH and time.thread_time() > enough:
                break
        return found

    def readings(self, film_ids: Sequence[int]) -> dict[int, str]:
        """Every reading of films' titles."""
        return dict(self._connection.execute(_WORDS, (json.dumps(film_ids),)))

    def completions(self, start: str, most: int) -> list[str]:
        """Words that begin so."""
        return sqlite_words.completions(self._connection, start, most)

    def times(self, words: Sequence[str]) -> dict[str, int]:
        """How many times words stand in titles."""
        return sqlite_words.times(self._connection, words)

    def alike(self, word: str, errors: int) -> dict[str, int]:
        """Words that share most trigrams with this one."""
        return sqlite_words.alike(self._connection, word, errors)

    def _fetch(self, sql: str, lists: list[list[int]]) -> list[Any]:
        return self._connection.execute(sql, [json.dumps(each) for each in lists]).fetchall()


def _match(wanted: Expression) -> str:
    """An expression in the language of FTS5."""
    match wanted:
        case Term(term):
            return _quoted(term)
        case Beginning(start, ()):
            return f"{_quoted(start)}*"
        case Beginning(_, known):
            # The lists of a few words are read as they are; otherwise FTS5 would merge them first.
            return f"({' OR '.join(map(_quoted, known))})"
        case AnyOf(of):
            return f"({' OR '.join(map(_match, of))})"
        case AllOf(of):
            return f"({' AND '.join(map(_match, of))})"


def _quoted(term: str) -> str:
    return '"' + term.replace('"', '""') + '"'
