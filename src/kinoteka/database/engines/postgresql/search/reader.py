"""Reading the index in PostgreSQL: tier by tier, until enough is found.

What the more popular tiers give comes first, so the others are only read for what is still
wanted: of a common word the first few thousand films give enough, and a rare one has few films.

Public operations: open_index.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any, cast

import psycopg

from kinoteka.database.engines.postgresql.search import words as postgresql_words
from kinoteka.database.visibility import SEARCHES, Labels
from kinoteka.search.expressions import AllOf, AnyOf, Beginning, Expression, Term
from kinoteka.search.finding import MOST_RANKED

TIERS = 8

RARE = 10_000
"""Films that are soon looked at."""
SHORT = 3
"""Characters of a beginning that very many words may have."""
LONGEST_TERM = 500
"""Characters of a term that are indexed: no lexeme may be longer than 2 kB."""

VISIBILITY = SEARCHES["postgresql"]

Connection = psycopg.Connection[Any]


def open_index(connection: Connection, labels: Labels) -> "PostgreSQLIndex":
    """The index without hidden films and those under other labels; None: all of it."""
    return PostgreSQLIndex(connection, labels)


class PostgreSQLIndex:
    """The index as one viewer reads it."""

    def __init__(self, connection: Connection, labels: Labels) -> None:
        self._connection = connection
        self._readings: dict[int, str] = {}
        self._excluded = VISIBILITY.excluded(labels, self._fetch)

    def matches(self, wanted: Expression, limit: int) -> list[int]:
        """The best films that have what is wanted."""
        sought, checked = self._split(wanted)
        given: list[Any] = [query(sought), limit, query(checked) if checked else None]
        sql = _MATCHES
        if self._excluded is not None:
            sql = _VISIBLE_MATCHES
            given.append(self._excluded)
        found, lines = self._connection.execute(cast(Any, sql), given, prepare=True).fetchall()[0]
        self._readings = dict(zip(found, lines, strict=False))
        return list(found)

    def readings(self, film_ids: Sequence[int]) -> dict[int, str]:
        """Every reading of films' titles, which came with the films."""
        return {film_id: self._readings[film_id] for film_id in film_ids}

    def completions(self, start: str, most: int) -> list[str]:
        """Words that begin so."""
        return postgresql_words.completions(self._connection, start, most)

    def times(self, words: Sequence[str]) -> dict[str, int]:
        """How many times words stand in titles."""
        return postgresql_words.times(self._connection, words)

    def alike(self, word: str, errors: int) -> dict[str, int]:
        """Words that share most trigrams with this one."""
        return postgresql_words.alike(self._connection, word, errors)

    def _fetch(self, sql: str, lists: list[list[int]]) -> list[Any]:
        return self._connection.execute(cast(Any, sql), lists).fetchall()

    def _split(self, wanted: Expression) -> tuple[Expression, Expression | None]:
        """What to look up in the index, and what to check of the films found there.

        The index would first list all films with a word that begins with `a`; to look at those
        that have the other words is less, where one of these is rare.
        """
        if isinstance(wanted, AllOf):
            short = tuple(each for each in wanted.of if _is_short(each))
            others = tuple(each for each in wanted.of if not _is_short(each))
            if short and others and self._is_rare(others):
                return AllOf(others), AllOf(short)
        return wanted, None

    def _is_rare(self, expressions: Sequence[Expression]) -> bool:
        terms = [_terms(each) for each in expressions]
        times = self.times([*chain(*terms)])
        return any(each and sum(times.get(term, 0) for term in each) < RARE for each in terms)


def _is_short(wanted: Expression) -> bool:
    if isinstance(wanted, AnyOf):
        return any(map(_is_short, wanted.of))
    return isinstance(wanted, Beginning) and len(wanted.start) <= SHORT


def _terms(wanted: Expression) -> Sequence[str]:
    """The terms that find something, any of them; none where they are not few or not known."""
    match wanted:
        case Term(term):
            return (term,)
        case Beginning(_, known):
            return known
        case AnyOf(of):
            terms = [_terms(each) for each in of]
            return [*chain(*terms)] if all(terms) else ()
        case AllOf():
            return ()


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


def _matches_sql(where: str) -> str:
    """Select what `$1` finds and `$3` lets pass, at most `$2`; and the readings of the first.

    A tier is not read where nothing is wanted of it.
    """
    columns = "film_id, position, words"
    tiers = []
    for tier in range(TIERS):
        found = "".join(f" - (SELECT count(*) FROM tier_{number})" for number in range(tier))
        tiers.append(
            f"tier_{tier} AS MATERIALIZED (SELECT {columns} FROM ("
            f"SELECT {columns} FROM search_films_{tier}"
            f" WHERE terms @@ $1::TSQUERY AND (terms @@ $3::TSQUERY) IS NOT FALSE"
            f" ORDER BY position) AS best {where} LIMIT $2::BIGINT{found})"
        )
    every = " UNION ALL ".join(f"SELECT {columns} FROM tier_{tier}" for tier in range(TIERS))
    return (
        f"WITH {', '.join(tiers)} SELECT coalesce(array_agg(film_id ORDER BY position), '{{}}'),"
        f" coalesce((array_agg(words ORDER BY position))[:{MOST_RANKED}], '{{}}')"
        f" FROM ({every}) AS found"
    )


_MATCHES = _matches_sql("")
_VISIBLE_MATCHES = _matches_sql(f"WHERE {VISIBILITY.visible}")
