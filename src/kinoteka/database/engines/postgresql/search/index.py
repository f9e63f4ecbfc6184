"""The search index in PostgreSQL: full-text search over folded words, in tiers of popularity.

A GIN index tells all films that match, in no order; to sort them all would take too long for a
common word. So the films lie in tiers, the second half of them in the last, half of the rest in
the one before it, and so on, each with an index of its own (`postgresql_index` reads them).
Where a tier begins makes no difference to what is found.

Public operations: index, prepare, index_films, remove, clear, tidy, optimize, open_index.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Any, cast

import psycopg

from kinoteka.database.engines.postgresql.search import words as postgresql_words
from kinoteka.database.engines.postgresql.search.reader import TIERS, lexeme, open_index
from kinoteka.search import preparing
from kinoteka.search.entry import FILM_ID, Entry
from kinoteka.search.preparing import Prepared, count_words, prepare

__all__ = [
    "Prepared",
    "clear",
    "index",
    "index_films",
    "open_index",
    "optimize",
    "prepare",
    "remove",
    "tidy",
]

SAMPLE = 5_000
"""Films that tell well enough where tiers should begin; fewer need none."""
TOO_LARGE = 1.5
"""How many times its share of all films makes a tier too large."""
MOST_TERMS = 10_000
"""Terms of a film that are indexed."""

SCHEMA: tuple[str, ...] = (
    """CREATE TABLE search_films (
    film_id BIGINT NOT NULL, tier SMALLINT NOT NULL, position BIGINT NOT NULL,
    words TEXT COLLATE "C" NOT NULL, terms TSVECTOR NOT NULL) PARTITION BY LIST (tier)""",
    *(
        f"CREATE TABLE search_films_{tier} PARTITION OF search_films FOR VALUES IN ({tier})"
        for tier in range(TIERS)
    ),
    "CREATE INDEX ix_search_films_film_id ON search_films (film_id)",
    # Films by the thousand go in three times as fast if they first wait in a list. Searches read
    # it, too, so it is short, and whoever has put films in empties it (`tidy`).
    """CREATE INDEX ix_search_films_terms ON search_films
    USING gin (terms) WITH (gin_pending_list_limit = 1024)""",
    # The first position of each tier but the first.
    """CREATE TABLE search_tiers (
    tier SMALLINT PRIMARY KEY, first_position BIGINT NOT NULL)""",
    *postgresql_words.SCHEMA,
)

_COPY = "COPY search_films (film_id, tier, position, words, terms) FROM STDIN"
FORGET = "DELETE FROM search_films WHERE film_id = ANY ($1::BIGINT[]) RETURNING words"
_NEWER = "SELECT EXISTS (SELECT 1 FROM search_films WHERE film_id >= $1)"
STARTS = "SELECT first_position FROM search_tiers ORDER BY tier"
_FORGET_STARTS = "DELETE FROM search_tiers"
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


def index(connection: Connection, entries: Iterable[Entry]) -> None:
    """Put films into the index, or put them anew, within the caller's transaction."""
    remaining = iter(entries)
    counted: Counter[str] = Counter()
    while chosen := list(islice(remaining, preparing.SLICE)):
        prepared = prepare(chosen)
        index_films(connection, prepared)
        counted.update(prepared.counted)
    postgresql_words.add(connection, counted)
    tidy(connection)


def index_films(connection: Connection, prepared: Prepared) -> None:
    """Put films into the index; their words are to be added, and all is to be tidied, later."""
    film_ids = [film_id for film_id, *_ in prepared.films]
    if not film_ids:
        return
    if _value(connection, _NEWER, film_ids[0]):
        _remove_slice(connection, film_ids)
    starts = _starts(connection)
    if not starts and len(prepared.rows) >= SAMPLE:
        positions = [place for place, _ in prepared.rows]
        starts = [positions[int(share * len(positions))] for share in _shares()]
        connection.execute(_ADD_STARTS, (starts,))
    with connection.cursor().copy(_COPY) as copy:
        for row in rows(prepared, starts):
            copy.write_row(row)


def remove(connection: Connection, film_ids: Iterable[int]) -> None:
    """Take films out of the index; those that are not in it are left out."""
    remaining = iter(film_ids)
    while chosen := list(islice(remaining, preparing.SLICE)):
        _remove_slice(connection, chosen)


def clear(connection: Connection) -> None:
    """Empty the index."""
    connection.execute("TRUNCATE search_films, search_tiers")
    postgresql_words.clear(connection)


def tidy(connection: Connection) -> None:
    """Bring what waits to be indexed into its place; to be done after every change."""
    connection.execute(_TIDY)
    postgresql_words.tidy(connection)


def optimize(connection: Connection) -> None:
    """Tidy, and even out the tiers where many changes have left some too large."""
    _even_out(connection)
    tidy(connection)


def _even_out(connection: Connection) -> None:
    sizes = dict(connection.execute(_SIZES).fetchall())
    films = sum(sizes.values())
    shares = [end - start for start, end in pairwise([0.0, *_shares(), 1.0])]
    most = [TOO_LARGE * share * films + SAMPLE for share in shares]
    if all(sizes.get(tier, 0) <= most[tier] for tier in range(TIERS)):
        return
    starts = _value(connection, _POSITIONS, _shares())
    connection.execute(_FORGET_STARTS)
    connection.execute(_ADD_STARTS, (starts,))
    connection.execute(_MOVE, (starts,))


def rows(prepared: Prepared, starts: Sequence[int]) -> Iterator[tuple[int, int, int, str, str]]:
    """What is kept of each film, the most popular first."""
    words = {film_id: lines for film_id, _, lines in prepared.films}
    for place, terms in prepared.rows:
        film_id = place & FILM_ID
        yield film_id, bisect_right(starts, place), place, words[film_id], _vector(terms)


def _vector(terms: str) -> str:
    """Terms parted by spaces as a tsvector is written."""
    return " ".join(map(lexeme, terms.split(" ")[:MOST_TERMS])) if terms else ""


def _shares() -> list[float]:
    """The share of all films that comes before each tier but the first."""
    return [0.5 ** (TIERS - tier) for tier in range(1, TIERS)]


def _starts(connection: Connection) -> list[int]:
    return [first for (first,) in connection.execute(STARTS)]


def _remove_slice(connection: Connection, film_ids: Sequence[int]) -> None:
    gone = connection.execute(FORGET, (list(film_ids),)).fetchall()
    postgresql_words.take_away(connection, count_words(words for (words,) in gone))


def _value(connection: Connection, sql: str, given: object) -> Any:
    row = connection.execute(cast(Any, sql), (given,)).fetchone()
    return row[0] if row else None
