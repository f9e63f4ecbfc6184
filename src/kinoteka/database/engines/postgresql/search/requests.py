"""Changes of the search index in PostgreSQL by requests: a few films, through asyncpg.

Bulk changes use the module `index`; both share the statements.

Public operations: index, remove.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

from asyncpg.pool import PoolConnectionProxy

from kinoteka.database.engines.postgresql.search import index as postgresql
from kinoteka.database.engines.postgresql.search import words as postgresql_words
from kinoteka.database.engines.postgresql.search.words import columns
from kinoteka.search.entry import IndexEntry, count_words
from kinoteka.search.index_rows import index_rows_of
from kinoteka.search.typos import trigrams

# COPY of one row would take one more round trip.
_INSERT = """
INSERT INTO search_films (film_id, tier, position, words, terms)
VALUES ($1, $2, $3, $4, $5::TEXT::TSVECTOR)
"""

Connection = PoolConnectionProxy


async def index(connection: Connection, entries: Sequence[IndexEntry]) -> None:
    """Add or replace films in the index, within the caller's transaction."""
    prepared = index_rows_of(entries)
    await remove(connection, [film_id for film_id, *_ in prepared.films])
    starts = [first for (first,) in await connection.fetch(postgresql.STARTS)]
    await connection.executemany(_INSERT, list(postgresql.rows(prepared, starts)))
    await _add(connection, prepared.counted)


async def remove(connection: Connection, film_ids: Sequence[int]) -> None:
    """Remove films from the index; ignore those that are not in it."""
    removed = await connection.fetch(postgresql.DELETE, list(film_ids))
    await _subtract(connection, count_words(words for (words,) in removed))


async def _subtract(connection: Connection, counted: Counter[str]) -> None:
    if counted:
        await connection.execute(postgresql_words.UNCOUNT, *columns(sorted(counted.items())))


async def _add(connection: Connection, counted: Counter[str]) -> None:
    if not counted:
        return
    rows = await connection.fetch(postgresql_words.COUNT_KNOWN, *columns(sorted(counted.items())))
    known = {cast(Any, word) for (word,) in rows}
    new = [(word, frequencies) for word, frequencies in counted.items() if word not in known]
    if not new:
        return
    await connection.execute(postgresql_words.INSERT, *columns(new))
    found = Counter(trigram for word, _ in new for trigram in trigrams(word))
    await connection.execute(postgresql_words.COUNT_TRIGRAMS, *columns(sorted(found.items())))
