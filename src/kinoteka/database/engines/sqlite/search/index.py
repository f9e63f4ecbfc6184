"""The search index in SQLite: FTS5 over folded words, read in order of popularity.

A row's id begins with the film's rank (`entry.rank_key`). So matches come out best first, and the
first thousand of half a million matches cost no more than a thousand.

Public operations: index, index_rows_of, add_rows, remove, clear, optimize, open_index.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import islice

from kinoteka.database.engines.sqlite.search import words as sqlite_words
from kinoteka.database.engines.sqlite.search.reader import open_index
from kinoteka.search import index_rows
from kinoteka.search.entry import IndexEntry, count_words, terms
from kinoteka.search.index_rows import IndexRows, index_rows_of

__all__ = [
    "IndexRows",
    "add_rows",
    "clear",
    "index",
    "index_rows_of",
    "open_index",
    "optimize",
    "remove",
]

MAX_SEGMENTS = 8

SCHEMA: tuple[str, ...] = (
    """CREATE VIRTUAL TABLE search_titles USING fts5(
    terms, content='', columnsize=0, detail=none, prefix='1 2 3',
    tokenize="ascii tokenchars '_!#$%&()*+,./:;<=>?@[\\]^{|}~-'")""",
    # `optimize` merges segments. Merging during an import would double its time.
    "INSERT INTO search_titles (search_titles, rank) VALUES ('automerge', 0)",
    "INSERT INTO search_titles (search_titles, rank) VALUES ('crisismerge', 64)",
    "INSERT INTO search_titles (search_titles, rank) VALUES ('hashsize', 16777216)",
    # The indexed texts: the index itself does not store them, but needs them to remove a film.
    """CREATE TABLE search_films (
    film_id INTEGER PRIMARY KEY, position INTEGER NOT NULL, words TEXT NOT NULL)""",
    *sqlite_words.SCHEMA,
)

_INSERT = "INSERT INTO search_titles (rowid, terms) VALUES (?, ?)"
_DELETE = "INSERT INTO search_titles (search_titles, rowid, terms) VALUES ('delete', ?, ?)"
_INSERT_FILM = "INSERT INTO search_films (film_id, position, words) VALUES (?, ?, ?)"
_SELECT_FILMS = """
SELECT film_id, position, words FROM search_films
WHERE film_id IN (SELECT value FROM json_each(?)) ORDER BY position
"""
_DELETE_FILM = "DELETE FROM search_films WHERE film_id = ?"
_NEWER = "SELECT EXISTS (SELECT 1 FROM search_films WHERE film_id >= ?)"
_SEGMENTS = "SELECT count(DISTINCT segid) FROM search_titles_idx"


def index(connection: sqlite3.Connection, entries: Iterable[IndexEntry]) -> None:
    """Add or replace films in the index, within the caller's transaction."""
    remaining = iter(entries)
    while chosen := list(islice(remaining, index_rows.SLICE)):
        add_rows(connection, index_rows_of(chosen))


def add_rows(connection: sqlite3.Connection, prepared: IndexRows) -> None:
    """Add films to the index; films that are added together form one segment."""
    film_ids = [film_id for film_id, *_ in prepared.films]
    if not film_ids:
        return
    if connection.execute(_NEWER, (film_ids[0],)).fetchone()[0]:
        _remove_slice(connection, film_ids)
    connection.executemany(_INSERT, prepared.rows)
    connection.executemany(_INSERT_FILM, prepared.films)
    sqlite_words.add(connection, prepared.counted)


def remove(connection: sqlite3.Connection, film_ids: Iterable[int]) -> None:
    """Remove films from the index; ignore those that are not in it."""
    remaining = iter(film_ids)
    while chosen := list(islice(remaining, index_rows.SLICE)):
        _remove_slice(connection, chosen)


def clear(connection: sqlite3.Connection) -> None:
    """Empty the index."""
    connection.execute("INSERT INTO search_titles (search_titles) VALUES ('delete-all')")
    connection.execute("DELETE FROM search_films")
    sqlite_words.clear(connection)


def optimize(connection: sqlite3.Connection) -> None:
    """Merge the segments after many changes; takes two seconds after a million films."""
    if connection.execute(_SEGMENTS).fetchone()[0] > MAX_SEGMENTS:
        connection.execute("INSERT INTO search_titles (search_titles) VALUES ('optimize')")
        sqlite_words.optimize(connection)


def _remove_slice(connection: sqlite3.Connection, film_ids: Sequence[int]) -> None:
    films = connection.execute(_SELECT_FILMS, (json.dumps(film_ids),)).fetchall()
    rows = [(rank, terms(lines.split("\n"))) for _, rank, lines in films]
    connection.executemany(_DELETE, rows)
    connection.executemany(_DELETE_FILM, [(film_id,) for film_id, *_ in films])
    sqlite_words.subtract(connection, count_words(words for *_, words in films))
