"""The search index in PostgreSQL: full-text search over folded words, in tiers of popularity.

A GIN index returns all matching films without order, and sorting them takes too long for a frequent
word. So films are divided into tiers by popularity: the last tier has half of the films, the one
before it half of the rest, and so on. Each tier has its own index (see `reader`). The limits of the
tiers do not affect the results.

Public operations: index, index_rows_of, index_films, remove, clear, tidy, optimize, open_index.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Any, cast

import psycopg

from kinoteka.database.engines.postgresql.search import words as postgresql_words
from kinoteka.database.engines.postgresql.search.reader import TIERS, lexeme, open_index
from kinoteka.search import index_rows
from kinoteka.search.entry import FILM_ID, IndexEntry, count_words
from kinoteka.search.index_rows import IndexRows, index_rows_of

__all__ = [
    "IndexRows",
    "clear",
    "index",
    "index_films",
    "index_rows_of",
    "open_index",
    "optimize",
    "remove",
    "tidy",
]

SAMPLE = 5_000
"""The number of films that suffices to choose the limits of the tiers; fewer need none."""
TOO_LARGE = 1.5
"""A tier is too large if it has so many times its share of the films."""
MAX_TERMS = 10_000
"""The maximum number of indexed terms of a film."""

SCHEMA: tuple[str, ...] = (
    """CREATE TABLE search_films (
    film_id BIGINT NOT NULL, tier SMALLINT NOT NULL, position BIGINT NOT NULL,
    words TEXT COLLATE "C" NOT NULL, terms TSVECTOR NOT NULL) PARTITION BY LIST (tier)""",
    *(
        f"CREATE TABLE search_films_{tier} PARTITION OF search_films FOR VALUES IN ({tier})"
        for tier in range(TIERS)
    ),
    "CREATE INDEX ix_search_films_film_id ON search_films (film_id)",
    # Thousands of films are indexed three times as fast through a pending list. Searches read the
    # list, too, so it is short, and `tidy` empties it after each change.
    """CREATE INDEX ix_search_films_terms ON search_films
    USING gin (terms) WITH (gin_pending_list_limit = 1024)""",
    # The first position of each tier except the first.
    """CREATE TABLE search_tiers (
    tier SMALLINT PRIMARY KEY, first_position BIGINT NOT NULL)""",
    *postgresql_words.SCHEMA,
)

_COPY = "COPY search_films (film_id, tier, position, words, terms) FROM STDIN"
DELETE = "DELETE FROM search_films WHERE film_id = ANY ($1::BIGINT[]) RETURNING words"
_NEWER = "SELECT EXISTS (SELECT 1 FROM search_films WHERE film_id >= $1)"
STARTS = "SELECT first_position FROM search_tiers ORDER BY tier"
_DELETE_STARTS = "DELETE FROM search_tiers"
_ADD_STARTS = """
INSERT INTO search_tiers (tier, first_position)
SELECT number, first_position
FROM unnest($1::BIGINT[]) WITH ORDINALITY AS starts (first_position, number)
"""
_SIZES = "SELECT tier, count(*) FROM search_films GROUP BY tier"
_POSITIONS = """
SELECT percentile_disc($1::FLOAT[]) WITHIN GROUP (ORDER BY position) FROM search_films
"""
_TIDY = """
SELECT gin_clean_pending_list(inhrelid::REGCLASS) FROM pg_inherits
WHERE inhparent = 'ix_search_films_terms'::REGCLASS
"""
_MOVE = """
UPDATE search_films SET tier = width_bucket(position, $1::BIGINT[])
WHERE tier <> width_bucket(position, $1::BIGINT[])
"""

Connection = psycopg.Connection[Any]


def index(connection: Connection, entries: Iterable[IndexEntry]) -> None:
    """Add or replace films in the index, within the caller's transaction."""
    remaining = iter(entries)
    counted: Counter[str] = Counter()
    while chosen := list(islice(remaining, index_rows.SLICE)):
        prepared = index_rows_of(chosen)
        index_films(connection, prepared)
        counted.update(prepared.counted)
    postgresql_words.add(connection, counted)
    tidy(connection)


def index_films(connection: Connection, prepared: IndexRows) -> None:
    """Add films to the index. The caller adds their words and calls `tidy` later."""
    film_ids = [film_id for film_id, *_ in prepared.films]
    if not film_ids:
        return
    if _value(connection, _NEWER, film_ids[0]):
        _remove_slice(connection, film_ids)
    starts = _starts(connection)
    if not starts and len(prepared.rows) >= SAMPLE:
        positions = [rank for rank, _ in prepared.rows]
        starts = [positions[int(share * len(positions))] for share in _shares()]
        connection.execute(_ADD_STARTS, (starts,))
    with connection.cursor().copy(_COPY) as copy:
        for row in rows(prepared, starts):
            copy.write_row(row)


def remove(connection: Connection, film_ids: Iterable[int]) -> None:
    """Remove films from the index; ignore those that are not in it."""
    remaining = iter(film_ids)
    while chosen := list(islice(remaining, index_rows.SLICE)):
        _remove_slice(connection, chosen)


def clear(connection: Connection) -> None:
    """Empty the index."""
    connection.execute("TRUNCATE search_films, search_tiers")
    postgresql_words.clear(connection)


def tidy(connection: Connection) -> None:
    """Empty the pending lists of the indexes. Call this after every change."""
    connection.execute(_TIDY)
    postgresql_words.tidy(connection)


def optimize(connection: Connection) -> None:
    """Empty the pending lists, and rebalance the tiers if some are too large."""
    _rebalance(connection)
    tidy(connection)


def _rebalance(connection: Connection) -> None:
    sizes = dict(connection.execute(_SIZES).fetchall())
    films = sum(sizes.values())
    shares = [end - start for start, end in pairwise([0.0, *_shares(), 1.0])]
    limit = [TOO_LARGE * share * films + SAMPLE for share in shares]
    if all(sizes.get(tier, 0) <= limit[tier] for tier in range(TIERS)):
        return
    starts = _value(connection, _POSITIONS, _shares())
    connection.execute(_DELETE_STARTS)
    connection.execute(_ADD_STARTS, (starts,))
    connection.execute(_MOVE, (starts,))


def rows(prepared: IndexRows, starts: Sequence[int]) -> Iterator[tuple[int, int, int, str, str]]:
    """Yield the rows of the index, the most popular films first."""
    words = {film_id: lines for film_id, _, lines in prepared.films}
    for rank, terms in prepared.rows:
        film_id = rank & FILM_ID
        yield film_id, bisect_right(starts, rank), rank, words[film_id], _vector(terms)


def _vector(terms: str) -> str:
    """Return terms, which are separated by spaces, as a tsvector literal."""
    return " ".join(map(lexeme, terms.split(" ")[:MAX_TERMS])) if terms else ""


def _shares() -> list[float]:
    """Return the share of films before each tier except the first."""
    return [0.5 ** (TIERS - tier) for tier in range(1, TIERS)]


def _starts(connection: Connection) -> list[int]:
    return [first for (first,) in connection.execute(STARTS)]


def _remove_slice(connection: Connection, film_ids: Sequence[int]) -> None:
    removed = connection.execute(DELETE, (list(film_ids),)).fetchall()
    postgresql_words.subtract(connection, count_words(words for (words,) in removed))


def _value(connection: Connection, sql: str, given: object) -> Any:
    row = connection.execute(cast(Any, sql), (given,)).fetchone()
    return row[0] if row else None
