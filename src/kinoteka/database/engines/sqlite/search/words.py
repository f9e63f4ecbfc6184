"""The words of all titles in SQLite.

A word's number tells its age: the commonest words come first, for they are met first. Each
trigram keeps the numbers of the words that it is part of, as 32-bit integers in one blob for
each time that words were added.

Public operations: add, take_away, clear, optimize, completions, times, alike.
"""

import json
import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from heapq import nsmallest
from itertools import chain, groupby
from operator import itemgetter

from kinoteka.search.likeness import MOST_COMPARED, trigrams

LAST_CHARACTER = "\U0010ffff"

SCHEMA: tuple[str, ...] = (
    """CREATE TABLE search_words (
    id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, times INTEGER NOT NULL)""",
    """CREATE TABLE search_trigrams (
    trigram TEXT, first_id INTEGER, words BLOB NOT NULL,
    PRIMARY KEY (trigram, first_id)) WITHOUT ROWID""",
)

_LAST = "SELECT coalesce(max(id), 0) FROM search_words"
_COUNT = """
INSERT INTO search_words (word, times) VALUES (?, ?)
ON CONFLICT (word) DO UPDATE SET times = times + excluded.times
"""
_NEW = "SELECT id, word FROM search_words WHERE id > ? ORDER BY id"
_UNCOUNT = "UPDATE search_words SET times = times - ? WHERE word = ?"
_COMPLETIONS = "SELECT word FROM search_words WHERE word >= ? AND word < ? ORDER BY word LIMIT ?"
_BY_ID = "SELECT word, times FROM search_words WHERE id IN (SELECT value FROM json_each(?))"
_BY_WORD = "SELECT word, times FROM search_words WHERE word IN (SELECT value FROM json_each(?))"
_WITH_TRIGRAMS = """
SELECT trigram, words FROM search_trigrams WHERE trigram IN (SELECT value FROM json_each(?))
"""
_ALL_TRIGRAMS = "SELECT trigram, words FROM search_trigrams ORDER BY trigram, first_id"
_ADD_TRIGRAM = "INSERT INTO search_trigrams (trigram, first_id, words) VALUES (?, ?, ?)"


def add(connection: sqlite3.Connection, counted: Counter[str]) -> None:
    """Count words that stand so many times more in titles; new ones are numbered as they come."""
    last = connection.execute(_LAST).fetchone()[0]
    connection.executemany(_COUNT, counted.items())
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


def times(connection: sqlite3.Connection, words: Sequence[str]) -> dict[str, int]:
    """How many times words stand in titles, as far as they are known."""
    return dict(connection.execute(_BY_WORD, (json.dumps(words),)))


def take_away(connection: sqlite3.Connection, counted: Mapping[str, int]) -> None:
    """Count words that stand so many times less; one that stands nowhere any more is kept."""
    connection.executemany(_UNCOUNT, [(times, word) for word, times in sorted(counted.items())])


def clear(connection: sqlite3.Connection) -> None:
    """Forget all words."""
    connection.execute("DELETE FROM search_words")
    connection.execute("DELETE FROM search_trigrams")


def optimize(connection: sqlite3.Connection) -> None:
    """Join what each trigram keeps in pieces."""
    rows = connection.execute(_ALL_TRIGRAMS)
    whole: list[tuple[str, int, bytes]] = []
    for trigram, pieces in groupby(rows, key=itemgetter(0)):
        words = b"".join(words for _, words in pieces)
        whole.append((trigram, array("I", words[:4])[0], words))
    connection.execute("DELETE FROM search_trigrams")
    connection.executemany(_ADD_TRIGRAM, whole)


def alike(connection: sqlite3.Connection, word: str, errors: int) -> dict[str, int]:
    """Words that share most trigrams with this one; `reading.Words` tells which."""
    sought = json.dumps(sorted(trigrams(word)))
    blobs: defaultdict[str, bytes] = defaultdict(bytes)
    for trigram, ids in connection.execute(_WITH_TRIGRAMS, (sought,)):
        blobs[trigram] += ids
    rarest = sorted(blobs, key=lambda trigram: (len(blobs[trigram]), trigram))[: 3 * errors + 1]
    shared = Counter(chain.from_iterable(array("I", blobs[trigram]) for trigram in rarest))
    chosen = json.dumps(_commonest(shared, len(rarest)))
    return dict(connection.execute(_BY_ID, (chosen,)))


def _commonest(shared: Mapping[int, int], most: int) -> list[int]:
    """The words that share most; among equals the lower number is the commoner word.

    Counted down from `most`: sorting thousands of words would take longer than all else.
    """
    chosen: list[int] = []
    for least in range(most, 0, -1):
        equals = [word_id for word_id, times in shared.items() if times == least]
        if len(chosen) + len(equals) > MOST_COMPARED:
            return chosen + nsmallest(MOST_COMPARED - len(chosen), equals)
        chosen += equals
    return chosen
