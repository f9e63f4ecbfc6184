"""The words of all titles in SQLite.

Frequent words have low numbers, because they are added first. For each trigram, a blob per batch
holds the numbers of the words that contain it, as 32-bit integers.

Public operations: add, subtract, clear, optimize, completions, frequencies, candidates.
"""

import json
import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from heapq import nsmallest
from itertools import chain, groupby
from operator import itemgetter

from kinoteka.search.typos import MAX_COMPARED, trigrams

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
    """Increase the frequencies of words; number new words in order."""
    last = connection.execute(_LAST).fetchone()[0]
    connection.executemany(_COUNT, counted.items())
    found: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
    for word_id, word in connection.execute(_NEW, (last,)):
        for trigram in trigrams(word):
            found[trigram].append(word_id)
    rows = [(trigram, ids[0], ids.tobytes()) for trigram, ids in sorted(found.items())]
    connection.executemany(_ADD_TRIGRAM, rows)


def completions(connection: sqlite3.Connection, prefix: str, limit: int) -> list[str]:
    """Return words with this prefix in alphabetical order."""
    rows = connection.execute(_COMPLETIONS, (prefix, prefix + LAST_CHARACTER, limit))
    return [word for (word,) in rows]


def frequencies(connection: sqlite3.Connection, words: Sequence[str]) -> dict[str, int]:
    """Return the frequencies of the words that are known."""
    return dict(connection.execute(_BY_WORD, (json.dumps(words),)))


def subtract(connection: sqlite3.Connection, counted: Mapping[str, int]) -> None:
    """Decrease the frequencies of words; words with frequency 0 stay."""
    connection.executemany(
        _UNCOUNT, [(frequencies, word) for word, frequencies in sorted(counted.items())]
    )


def clear(connection: sqlite3.Connection) -> None:
    """Remove all words."""
    connection.execute("DELETE FROM search_words")
    connection.execute("DELETE FROM search_trigrams")


def optimize(connection: sqlite3.Connection) -> None:
    """Merge the blobs of each trigram."""
    rows = connection.execute(_ALL_TRIGRAMS)
    whole_title_term: list[tuple[str, int, bytes]] = []
    for trigram, pieces in groupby(rows, key=itemgetter(0)):
        words = b"".join(words for _, words in pieces)
        whole_title_term.append((trigram, array("I", words[:4])[0], words))
    connection.execute("DELETE FROM search_trigrams")
    connection.executemany(_ADD_TRIGRAM, whole_title_term)


def candidates(connection: sqlite3.Connection, word: str, errors: int) -> dict[str, int]:
    """Return the words that share most trigrams with this one; see `Vocabulary`."""
    sought = json.dumps(sorted(trigrams(word)))
    blobs: defaultdict[str, bytes] = defaultdict(bytes)
    for trigram, ids in connection.execute(_WITH_TRIGRAMS, (sought,)):
        blobs[trigram] += ids
    rarest = sorted(blobs, key=lambda trigram: (len(blobs[trigram]), trigram))[: 3 * errors + 1]
    shared = Counter(chain.from_iterable(array("I", blobs[trigram]) for trigram in rarest))
    chosen = json.dumps(_commonest(shared, len(rarest)))
    return dict(connection.execute(_BY_ID, (chosen,)))


def _commonest(shared: Mapping[int, int], limit: int) -> list[int]:
    """Return the words that share most trigrams; among equals, the more frequent ones.

    It counts down from the maximum, because sorting thousands of words would be slower.
    """
    chosen: list[int] = []
    for least in range(limit, 0, -1):
        equals = [word_id for word_id, frequencies in shared.items() if frequencies == least]
        if len(chosen) + len(equals) > MAX_COMPARED:
            return chosen + nsmallest(MAX_COMPARED - len(chosen), equals)
        chosen += equals
    return chosen
