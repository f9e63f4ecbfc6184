"""The words of all titles, and which of them resemble a word that is written wrongly.

A word's number tells its age: the commonest words come first, for they are met first. Each
trigram keeps the numbers of the words that it is part of, as 32-bit integers in one blob for
each time that words were added.

Public operations: add, take_away, clear, optimize, completions, resembling.
"""

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Mapping

LAST_CHARACTER = "\U0010ffff"

SCHEMA: tuple[str, ...] = (
    """CREATE TABLE search_words (
    id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, films INTEGER NOT NULL)""",
    """CREATE TABLE search_trigrams (
    trigram TEXT, first_id INTEGER, words BLOB NOT NULL,
    PRIMARY KEY (trigram, first_id)) WITHOUT ROWID""",
)

_LAST = "SELECT coalesce(max(id), 0) FROM search_words"
_COUNT = """
INSERT INTO search_words (word, films) VALUES (?, ?)
ON CONFLICT (word) DO UPDATE SET films = films + excluded.films
"""
_NEW = "SELECT id, word FROM search_words WHERE id > ? ORDER BY id"
_UNCOUNT = "UPDATE search_words SET films = films - ? WHERE word = ?"
_COMPLETIONS = "SELECT word FROM search_words WHERE word >= ? AND word < ? ORDER BY word LIMIT ?"
_ADD_TRIGRAM = "INSERT INTO search_trigrams (trigram, first_id, words) VALUES (?, ?, ?)"


def add(connection: sqlite3.Connection, counted: Mapping[str, int]) -> None:
    """Count words of so many films more."""
    last = connection.execute(_LAST).fetchone()[0]
    commonest_first = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    connection.executemany(_COUNT, commonest_first)
    found: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    for word_id, word in connection.execute(_NEW, (last,)):
        for trigram in trigrams(word):
            found[trigram].append(word_id)
    rows = [(trigram, ids[0], ids.tobytes()) for trigram, ids in sorted(found.items())]
    connection.executemany(_ADD_TRIGRAM, rows)


def completions(connection: sqlite3.Connection, start: str, most: int) -> list[str]:
    """Words that begin so, in the order of the alphabet."""
    rows = connection.execute(_COMPLETIONS, (start, start + LAST_CHARACTER, most))
    return [word for (word,) in rows]


def take_away(connection: sqlite3.Connection, counted: Mapping[str, int]) -> None:
    """Count words of so many films less; one that no film has any more stays, unused."""
    connection.executemany(_UNCOUNT, [(films, word) for word, films in sorted(counted.items())])


def clear(connection: sqlite3.Connection) -> None:
    """Forget all words."""
    connection.execute("DELETE FROM search_words")
    connection.execute("DELETE FROM search_trigrams")


def optimize(connection: sqlite3.Connection) -> None:
    """Join what each trigram keeps in pieces."""


def trigrams(word: str) -> set[str]:
    """Every three characters in a row, with a space at either end of the word."""
    padded = f" {word} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}
