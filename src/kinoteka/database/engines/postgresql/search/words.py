"""The words of all titles in PostgreSQL; pg_trgm finds similar ones.

Frequent words have low numbers, because they are added first.

Public operations: add, subtract, clear, tidy, completions, frequencies, candidates.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import psycopg

from kinoteka.search.typos import MAX_COMPARED, trigrams

LAST_CHARACTER = "\U0010ffff"

# Compared by code points.
SCHEMA: tuple[str, ...] = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    """CREATE TABLE search_words (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    word TEXT COLLATE "C" NOT NULL UNIQUE, times INTEGER NOT NULL) WITH (fillfactor = 70)""",
    """CREATE INDEX ix_search_words_word_trigrams ON search_words
    USING gin (word gin_trgm_ops) WITH (gin_pending_list_limit = 1024)""",
    # The number of words with each trigram: the index does not say which trigrams are rare.
    """CREATE TABLE search_trigrams (
    trigram TEXT COLLATE "C" PRIMARY KEY, words INTEGER NOT NULL)""",
)

COUNT_KNOWN = """
UPDATE search_words AS known SET times = known.times + new.times
FROM unnest($1::TEXT[], $2::INTEGER[]) AS new (word, times) WHERE known.word = new.word
RETURNING known.word
"""
INSERT = """
INSERT INTO search_words (word, times)
SELECT word, times
FROM unnest($1::TEXT[], $2::INTEGER[]) WITH ORDINALITY AS new (word, times, place) ORDER BY place
"""
COUNT_TRIGRAMS = """
INSERT INTO search_trigrams (trigram, words) SELECT * FROM unnest($1::TEXT[], $2::INTEGER[])
ON CONFLICT (trigram) DO UPDATE SET words = search_trigrams.words + excluded.words
"""
UNCOUNT = """
UPDATE search_words AS known SET times = known.times - gone.times
FROM unnest($1::TEXT[], $2::INTEGER[]) AS gone (word, times) WHERE known.word = gone.word
"""
_BY_WORD = "SELECT word, times FROM search_words WHERE word = ANY ($1::TEXT[])"
_COMPLETIONS = "SELECT word FROM search_words WHERE word >= $1 AND word < $2 ORDER BY word LIMIT $3"
_RAREST = """
SELECT trigram FROM search_trigrams WHERE trigram = ANY ($1::TEXT[])
ORDER BY words, trigram LIMIT $2
"""

Connection = psycopg.Connection[Any]


def add(connection: Connection, counted: Counter[str]) -> None:
    """Increase the frequencies of words; number new words in order.

    Call this once for many films, because each update of a word leaves an old version of its row.
    """
    if not counted:
        return
    rows = connection.execute(COUNT_KNOWN, columns(sorted(counted.items()))).fetchall()
    known = {word for (word,) in rows}
    new = [(word, frequencies) for word, frequencies in counted.items() if word not in known]
    connection.execute(INSERT, columns(new))
    found: Counter[str] = Counter()
    for word, _ in new:
        found.update(trigrams(word))
    connection.execute(COUNT_TRIGRAMS, columns(sorted(found.items())))


def subtract(connection: Connection, counted: Mapping[str, int]) -> None:
    """Decrease the frequencies of words; words with frequency 0 stay."""
    connection.execute(UNCOUNT, columns(sorted(counted.items())))


def clear(connection: Connection) -> None:
    """Remove all words."""
    connection.execute("TRUNCATE search_words, search_trigrams RESTART IDENTITY")


def tidy(connection: Connection) -> None:
    """Empty the pending list of the index."""
    connection.execute("SELECT gin_clean_pending_list('ix_search_words_word_trigrams')")


def completions(connection: Connection, prefix: str, limit: int) -> list[str]:
    """Return words with this prefix in alphabetical order."""
    rows = connection.execute(_COMPLETIONS, (prefix, prefix + LAST_CHARACTER, limit))
    return [word for (word,) in rows]


def frequencies(connection: Connection, words: Sequence[str]) -> dict[str, int]:
    """Return the frequencies of the words that are known."""
    return dict(connection.execute(_BY_WORD, (list(words),)).fetchall())


def candidates(connection: Connection, word: str, errors: int) -> dict[str, int]:
    """Return the words that share most trigrams with this one; see `Vocabulary`."""
    sought = sorted(trigrams(word))
    rarest = [each for (each,) in connection.execute(_RAREST, (sought, 3 * errors + 1))]
    if not rarest:
        return {}
    statement = cast(Any, _sharing(len(rarest)))
    return dict(connection.execute(statement, [pattern(each) for each in rarest]).fetchall())


def pattern(trigram: str) -> str:
    """Return the LIKE pattern of words with a trigram; a space marks an end of the word."""
    inside = trigram.strip(" ")
    for sign in "\\%_":
        inside = inside.replace(sign, f"\\{sign}")
    return "%" * (trigram[0] != " ") + inside + "%" * (trigram[-1] != " ")


def _sharing(count: int) -> str:
    """Return SQL that selects words with any of `count` trigrams, most shared first."""
    each = [f"word LIKE ${number}" for number in range(1, count + 1)]
    shared = " + ".join(f"({one})::INTEGER" for one in each)
    return (
        f"SELECT word, times FROM search_words WHERE {' OR '.join(each)}"
        f" ORDER BY {shared} DESC, id LIMIT {MAX_COMPARED}"
    )


def columns(rows: Iterable[tuple[str, int]]) -> tuple[list[str], list[int]]:
    words, numbers = [], []
    for word, number in rows:
        words.append(word)
        numbers.append(number)
    return words, numbers
