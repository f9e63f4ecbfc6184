"""The search index in SQLite: FTS5 over folded words, read in order of popularity.

A row's id begins with the film's rank (`entry.position`), so that what matches comes out best
first, and the first thousand of half a million cost no more than a thousand.

Public operations: index, prepare, index_prepared, remove, clear, optimize, open_index.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice

from kinoteka.database.engines.sqlite.search import words as sqlite_words
from kinoteka.database.engines.sqlite.search.reader import open_index
from kinoteka.search import preparing
from kinoteka.search.entry import Entry, terms
from kinoteka.search.preparing import Prepared, count_words, prepare

__all__ = [
    "Prepared",
    "clear",
    "index",
    "index_prepared",
    "open_index",
    "optimize",
    "prepare",
    "remove",
]

MOST_SEGMENTS = 8

SCHEMA: tuple[str, ...] = (
    """CREATE VIRTUAL TABLE search_titles USING fts5(
    terms, content='', columnsize=0, detail=none, prefix='1 2 3',
    tokenize="ascii tokenchars '_!#$%&()*+,./:;<=>?@[\\]^{|}~-'")""",
    # Merging is left to `optimize`: while a million films come in it would cost as much as they.
    "INSERT INTO search_titles (search_titles, rank) VALUES ('automerge', 0)",
    "INSERT INTO search_titles (search_titles, rank) VALUES ('crisismerge', 64)",
    "INSERT INTO search_titles (search_titles, rank) VALUES ('hashsize', 16777216)",
    # What was indexed: the index itself keeps no texts, and needs them to forget a film.
    """CREATE TABLE search_films (
    film_id INTEGER PRIMARY KEY, position INTEGER NOT NULL, words TEXT NOT NULL)""",
    *sqlite_words.SCHEMA,
)

_INSERT = "INSERT INTO search_titles (rowid, terms) VALUES (?, ?)"
_DELETE = "INSERT INTO search_titles (search_titles, rowid, terms) VALUES ('delete', ?, ?)"
_REMEMBER = "INSERT INTO search_films (film_id, position, words) VALUES (?, ?, ?)"
_KNOWN = """
SELECT film_id, position, words FROM search_films
WHERE film_id IN (SELECT value FROM json_each(?)) ORDER BY position
"""
_FORGET = "DELETE FROM search_films WHERE film_id = ?"
_NEWER = "SELECT EXISTS (SELECT 1 FROM search_films WHERE film_id >= ?)"
_SEGMENTS = "SELECT count(DISTINCT segid) FROM search_titles_idx"


def index(connection: sqlite3.Connection, entries: Iterable[Entry]) -> None:
    """Put films into the index, or put them anew, within the caller's transaction."""
    remaining = iter(entries)
    while chosen := list(islice(remaining, preparing.SLICE)):
        index_prepared(connection, prepare(chosen))


def index_prepared(connection: sqlite3.Connection, prepared: Prepared) -> None:
    """Put films into the index; those that go in together make one segment of it."""
    film_ids = [film_id for film_id, *_ in prepared.films]
    if not film_ids:
        return
    if connection.execute(_NEWER, (film_ids[0],)).fetchone()[0]:
        _remove_slice(connection, film_ids)
    connection.executemany(_INSERT, prepared.rows)
    connection.executemany(_REMEMBER, prepared.films)
    sqlite_words.add(connection, prepared.counted)


def remove(connection: sqlite3.Connection, film_ids: Iterable[int]) -> None:
    """Take films out of the index; those that are not in it are left out."""
    remaining = iter(film_ids)
    while chosen := list(islice(remaining, preparing.SLICE)):
        _remove_slice(connection, chosen)


def clear(connection: sqlite3.Connection) -> None:
    """Empty the index."""
    connection.execute("INSERT INTO search_titles (search_titles) VALUES ('delete-all')")
    connection.execute("DELETE FROM search_films")
    sqlite_words.clear(connection)


def optimize(connection: sqlite3.Connection) -> None:
    """Tidy up after many changes; two seconds after a million films, nothing after few."""
    if connection.execute(_SEGMENTS).fetchone()[0] > MOST_SEGMENTS:
        connection.execute("INSERT INTO search_titles (search_titles) VALUES ('optimize')")
        sqlite_words.optimize(connection)


def _remove_slice(connection: sqlite3.Connection, film_ids: Sequence[int]) -> None:
    known = connection.execute(_KNOWN, (json.dumps(film_ids),)).fetchall()
    rows = [(place, terms(words.split("\n"))) for _, place, words in known]
    connection.executemany(_DELETE, rows)
    connection.executemany(_FORGET, [(film_id,) for film_id, *_ in known])
    sqlite_words.take_away(connection, count_words(words for *_, words in known))
