"""Reading the index in SQLite: what FTS5 finds comes out in order of popularity.

Public operations: open_index.
"""

import json
import sqlite3
import time
from collections.abc import Sequence

from kinoteka.database.engines.sqlite.search import words as sqlite_words
from kinoteka.search.entry import FILM_ID
from kinoteka.search.expressions import AllOf, AnyOf, Beginning, Expression, Term

BATCH = 20
ENOUGH = 60
WORK_SECONDS = 0.003
"""Processor time after which `ENOUGH` are enough: matches of `of the and in` lie far apart."""

_MATCHES = """
SELECT rowid & :film_id FROM search_titles
WHERE search_titles MATCH :match ORDER BY rowid LIMIT :limit
"""
# The films under labels and the hidden ones are looked up in indexes that have no more than ids.
_VISIBLE_MATCHES = """
SELECT rowid & :film_id FROM search_titles
WHERE search_titles MATCH :match AND NOT EXISTS (
    SELECT 1 FROM films INDEXED BY ix_films_label_id_id_hidden_at
    WHERE label_id IN (SELECT value FROM json_each(:barred))
    AND films.id = search_titles.rowid & :film_id)
AND NOT EXISTS (
    SELECT 1 FROM films INDEXED BY ix_films_hidden
    WHERE hidden_at IS NOT NULL AND films.id = search_titles.rowid & :film_id)
ORDER BY rowid LIMIT :limit
"""
_BARRED = """
SELECT id FROM labels WHERE id NOT IN (SELECT value FROM json_each(?))
AND EXISTS (SELECT 1 FROM films WHERE label_id = labels.id)
"""
_ANY_HIDDEN = "SELECT EXISTS (SELECT 1 FROM films WHERE hidden_at IS NOT NULL)"
_WORDS = "SELECT film_id, words FROM search_films WHERE film_id IN (SELECT value FROM json_each(?))"


def open_index(connection: sqlite3.Connection, labels: Sequence[int] | None) -> "SQLiteIndex":
    """The index without hidden films and those under other labels; None: all of it."""
    return SQLiteIndex(connection, labels)


class SQLiteIndex:
    """The index as one viewer reads it."""

    def __init__(self, connection: sqlite3.Connection, labels: Sequence[int] | None) -> None:
        self._connection = connection
        self._given: dict[str, object] = {"film_id": FILM_ID}
        self._sql = _MATCHES
        if labels is not None:
            barred = [row[0] for row in connection.execute(_BARRED, (json.dumps(list(labels)),))]
            if barred or connection.execute(_ANY_HIDDEN).fetchone()[0]:
                self._sql = _VISIBLE_MATCHES
                self._given["barred"] = json.dumps(barred)

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
