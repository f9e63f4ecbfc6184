"""Reading the index in PostgreSQL: tier by tier, until enough is found.

What the more popular tiers give comes first, so the others are only read for what is still
wanted: of a common word the first few thousand films give enough, and a rare one has few films.

Public operations: open_index.
"""

from collections.abc import Sequence
from typing import Any, cast

import psycopg

from kinoteka.storage.search import postgresql_words
from kinoteka.storage.search.expressions import AllOf, AnyOf, Beginning, Expression, Term

TIERS = 8

LONGEST_TERM = 500
"""Characters of a term that are indexed: no lexeme may be longer than 2 kB."""

_HIDDEN = """
SELECT id FROM labels WHERE id <> ALL ($1::BIGINT[])
AND EXISTS (SELECT 1 FROM films WHERE label_id = labels.id)
"""
_WORDS = "SELECT film_id, words FROM search_films WHERE film_id = ANY ($1::BIGINT[])"

# A film's label is looked up when the film's turn comes; a join would first list all labelled.
_IS_SHOWN = """
WHERE (SELECT label_id FROM films WHERE films.id = best.film_id) = ANY ($3::BIGINT[]) IS NOT TRUE
"""

Connection = psycopg.Connection[Any]


def open_index(connection: Connection, labels: Sequence[int] | None) -> "PostgreSQLIndex":
    """The index without films under a label that is not among `labels`; None: all of it."""
    return PostgreSQLIndex(connection, labels)


class PostgreSQLIndex:
    """The index as one viewer reads it."""

    def __init__(self, connection: Connection, labels: Sequence[int] | None) -> None:
        self._connection = connection
        self._sql = _MATCHES
        self._hidden: tuple[list[int], ...] = ()
        if labels is not None:
            hidden = [label for (label,) in connection.execute(_HIDDEN, (list(labels),))]
            if hidden:
                self._sql = _VISIBLE_MATCHES
                self._hidden = (hidden,)

    def matches(self, wanted: Expression, limit: int) -> list[int]:
        """The best films that have what is wanted."""
        given = (query(wanted), limit, *self._hidden)
        rows = self._connection.execute(cast(Any, self._sql), given, prepare=True)
        return [film_id for (film_id,) in rows]

    def readings(self, film_ids: Sequence[int]) -> dict[int, str]:
        """Every reading of films' titles."""
        return dict(self._connection.execute(_WORDS, (list(film_ids),), prepare=True).fetchall())

    def completions(self, start: str, most: int) -> list[str]:
        """Words that begin so."""
        return postgresql_words.completions(self._connection, start, most)

    def times(self, words: Sequence[str]) -> dict[str, int]:
        """How many times words stand in titles."""
        return postgresql_words.times(self._connection, words)

    def alike(self, word: str, errors: int) -> dict[str, int]:
        """Words that share most trigrams with this one."""
        return postgresql_words.alike(self._connection, word, errors)


def query(wanted: Expression) -> str:
    """An expression as a tsquery."""
    match wanted:
        case Term(term):
            return lexeme(term)
        case Beginning(start):
            return f"{lexeme(start)}:*"
        case AnyOf(of):
            return f"({' | '.join(map(query, of))})"
        case AllOf(of):
            return f"({' & '.join(map(query, of))})"


def lexeme(term: str) -> str:
    """A term as tsvector and tsquery are written."""
    kept = term[:LONGEST_TERM].replace("\\", "\\\\").replace("'", "''")
    return f"'{kept}'"


def _matches_sql(is_shown: str) -> str:
    """Select what `$1` finds, at most `$2`; a tier is not read where nothing is wanted of it."""
    tiers = []
    for tier in range(TIERS):
        found = "".join(f" - (SELECT count(*) FROM tier_{number})" for number in range(tier))
        tiers.append(
            f"tier_{tier} AS MATERIALIZED (SELECT film_id, position FROM ("
            f"SELECT film_id, position FROM search_films_{tier}"
            f" WHERE terms @@ $1::TSQUERY ORDER BY position) AS best"
            f" {is_shown} LIMIT $2::BIGINT{found})"
        )
    every = " UNION ALL ".join(f"SELECT film_id, position FROM tier_{n}" for n in range(TIERS))
    return f"WITH {', '.join(tiers)} SELECT film_id FROM ({every}) AS found ORDER BY position"


_MATCHES = _matches_sql("")
_VISIBLE_MATCHES = _matches_sql(_IS_SHOWN)
