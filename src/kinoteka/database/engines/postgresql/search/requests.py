"""The search index in PostgreSQL as requests change it: a few films, through asyncpg.

What is brought in by the thousand goes through `postgresql`; the statements are the same.

Public operations: index.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

from asyncpg.pool import PoolConnectionProxy

from kinoteka.database.engines.postgresql.search import index as postgresql
from kinoteka.database.engines.postgresql.search import words as postgresql_words
from kinoteka.database.engines.postgresql.search.words import columns
from kinoteka.search.entry import Entry
from kinoteka.search.likeness import trigrams
from kinoteka.search.preparing import count_words, prepare

# COPY of one row takes a round trip more.
_INSERT = """
INSERT INTO search_films (film_id, tier, position, words, terms)
VALUES ($1, $2, $3, $4, $5::TEXT::TSVECTOR)
"""

Connection = PoolConnectionProxy


async def index(connection: Connection, entries: Sequence[Entry]) -> None:
    """Put films into the index, or put them anew, within the caller's transaction."""
    prepared = prepare(entries)
    film_ids = [film_id for film_id, *_ in prepared.films]
    gone = await connection.fetch(postgresql.FORGET, film_ids)
    await _take_away(connection, count_words(words for (words,) in gone))
    starts = [first for (first,) in await connection.fetch(postgresql.STARTS)]
    await connection.executemany(_INSERT, list(postgresql.rows(prepared, starts)))
    await _add(connection, prepared.counted)


async def _take_away(connection: Connection, counted: Counter[str]) -> None:
    if counted:
        await connection.execute(postgresql_words.UNCOUNT, *columns(sorted(counted.items())))


async def _add(connection: Connection, counted: Counter[str]) -> None:
    if not counted:
        return
    rows = await connection.fetch(postgresql_words.COUNT_KNOWN, *columns(sorted(counted.items())))
    known = {cast(Any, word) for (word,) in rows}
    new = [(word, times) for word, times in counted.items() if word not in known]
    if not new:
        return
    await connection.execute(postgresql_words.INSERT, *columns(new))
    found = Counter(trigram for word, _ in new for trigram in trigrams(word))
    await connection.execute(postgresql_words.COUNT_TRIGRAMS, *columns(sorted(found.items())))
