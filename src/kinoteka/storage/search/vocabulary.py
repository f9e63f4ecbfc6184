"""The words of all titles, and which of them resemble a word that is written wrongly.

A word's number tells its age: the commonest words come first, for they are met first. Each
trigram keeps the numbers of the words that it is part of, as 32-bit integers in one blob for
each time that words were added.

Public operations: add, take_away, clear, optimize, completions, times,
resembling.
"""

import json
import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping
from heapq import nsmallest
from itertools import chain, groupby
from operator import itemgetter

from rapidfuzz.distance import OSA

LAST_CHARACTER = "\U0010ffff"

SHORTEST_FORGIVEN = 3
ONE_ERROR_FROM = 4
TWO_ERRORS_FROM = 8
"""Letters from which two may be swapped, or a word be written wrongly once, or twice."""
MOST_COMPARED = 200
MOST_RESEMBLING = 5

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
_TIMES = "SELECT times FROM search_words WHERE word = ?"
_COMPLETIONS = "SELECT word FROM search_words WHERE word >= ? AND word < ? ORDER BY word LIMIT ?"
_BY_ID = "SELECT word, times FROM search_words WHERE id IN (SELECT value FROM json_each(?))"
_BY_WORD = "SELECT word, times FROM search_words WHERE word IN (SELECT value FROM json_each(?))"
_WITH_TRIGRAMS = """
SELECT trigram, words FROM search_trigrams WHERE trigram IN (SELECT value FROM json_each(?))
"""
_ALL_TRIGRAMS = "SELECT trigram, words FROM search_trigrams ORDER BY trigram, first_id"
_ADD_TRIGRAM = "INSERT INTO search_trigrams (trigram, first_id, words) VALUES (?, ?, ?)"


def add(connection: sqlite3.Connection, counted: Counter[str]) -> None:
    """Count words that stand so many times more in titles."""
    last = connection.execute(_LAST).fetchone()[0]
    connection.executemany(_COUNT, counted.most_common())
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


def times(connection: sqlite3.Connection, word: str) -> int:
    """How many times the word stands in titles."""
    found = connection.execute(_TIMES, (word,)).fetchone()
    return found[0] if found else 0


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


def resembling(connection: sqlite3.Connection, word: str) -> list[str]:
    """Words that this one may have been meant to be, the likeliest first.

    One error is forgiven from four letters, two from eight: a letter wrong, missing, too many,
    or two swapped; of three letters two may be swapped. The word may be a beginning. Numbers are
    never taken for others.
    """
    if len(word) < SHORTEST_FORGIVEN or not any(map(str.isalpha, word)):
        return []
    if len(word) < ONE_ERROR_FROM:
        known = dict(connection.execute(_BY_WORD, (json.dumps(_swapped(word)),)))
        return sorted((each for each in known if known[each] > 0), key=known.__getitem__)[::-1]
    found = _within(connection, word, 1)
    if not found and len(word) >= TWO_ERRORS_FROM:
        found = _within(connection, word, 2)
    return found


def _within(connection: sqlite3.Connection, word: str, errors: int) -> list[str]:
    """The likeliest words at so many errors from this one, whole words before beginnings."""
    found: list[tuple[bool, int, int, str]] = []
    for candidate, times in _candidates(connection, word, errors).items():
        distance = OSA.distance(word, candidate, score_cutoff=errors)
        is_beginning = distance > errors
        if is_beginning:
            distance = OSA.distance(word, candidate[: len(word)], score_cutoff=errors)
        if distance <= errors and times > 0:
            found.append((is_beginning, distance, -times, candidate))
    return [candidate for *_, candidate in nsmallest(MOST_RESEMBLING, found)]


def _candidates(connection: sqlite3.Connection, word: str, errors: int) -> dict[str, int]:
    """Words that share most trigrams with this one, or have two of its letters swapped.

    An error spoils three trigrams at most, so one of any `3 * errors + 1` is left: the rarest
    ones will do.
    """
    sought = json.dumps(sorted(trigrams(word)))
    blobs: defaultdict[str, bytes] = defaultdict(bytes)
    for trigram, ids in connection.execute(_WITH_TRIGRAMS, (sought,)):
        blobs[trigram] += ids
    rarest = sorted(blobs.values(), key=len)[: 3 * errors + 1]
    shared = Counter(chain.from_iterable(array("I", ids) for ids in rarest))
    by_id = connection.execute(_BY_ID, (json.dumps(_commonest(shared, len(rarest))),))
    by_word = connection.execute(_BY_WORD, (json.dumps(_swapped(word)),))
    return {**dict(by_id), **dict(by_word)}


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


def _swapped(word: str) -> list[str]:
    """The word with each two neighbours swapped; short words then share no trigram with it."""
    return [word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1)]


def trigrams(word: str) -> set[str]:
    """Every three characters in a row, with a space at either end of the word."""
    padded = f" {word} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}
