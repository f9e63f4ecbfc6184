"""Read the search index in PostgreSQL tier by tier, until there are enough matches.

The popular tiers come first, and the others are read only if matches are missing. For a frequent
word, the first few thousand films suffice; a rare word has few films.

Public operations: open_index.
"""

import math
from collections.abc import Sequence
from itertools import chain
from typing import Any, cast

import psycopg

from kinoteka.database.engines.postgresql.search import words as postgresql_words
from kinoteka.database.visibility import SEARCHES, Labels
from kinoteka.search.expressions import AllOf, AnyOf, ExactTerm, Expression, Prefix
from kinoteka.search.finder import MAX_RANKED
from kinoteka.search.index_interface import Matches

TIERS = 8

RARE = 10_000
"""So few films can be checked one by one."""
FREQUENT = 20_000
"""Reading the list of so many films takes longer than checking a few films."""
MAX_TERM_LENGTH = 500
"""The maximum length of an indexed term, because a lexeme is limited to 2 kB."""

VISIBILITY = SEARCHES["postgresql"]

Connection = psycopg.Connection[Any]


def open_index(connection: Connection, labels: Labels) -> "PostgreSQLIndex":
    """Open the index for a reader with these labels; None includes all films."""
    return PostgreSQLIndex(connection, labels)


class PostgreSQLIndex:
    """The index for one reader."""

    def __init__(self, connection: Connection, labels: Labels) -> None:
        self._connection = connection
        self._lines: dict[int, tuple[int, str]] = {}
        self._excluded = VISIBILITY.excluded(labels, self._fetch)

    def matches(self, wanted: Expression, limit: int) -> Matches:
        """Return the best films that match."""
        sought, checked = self._split(wanted)
        given: list[Any] = [query(sought), limit, query(checked) if checked else None]
        sql = _MATCHES
        if self._excluded is not None:
            sql = _VISIBLE_MATCHES
            given.append(self._excluded)
        (row,) = self._connection.execute(cast(Any, sql), given, prepare=True).fetchall()
        found, positions, lines = row
        self._lines.update(zip(found, zip(positions, lines, strict=False), strict=False))
        return Matches(list(found), is_complete=True)

    def lines(self, film_ids: Sequence[int]) -> dict[int, tuple[int, str]]:
        """Return the ranks and the lines of films, which `matches` has read."""
        return {film_id: self._lines[film_id] for film_id in film_ids}

    def completions(self, prefix: str, limit: int) -> list[str]:
        """Return words with this prefix."""
        return postgresql_words.completions(self._connection, prefix, limit)

    def frequencies(self, words: Sequence[str]) -> dict[str, int]:
        """Return the frequencies of words."""
        return postgresql_words.frequencies(self._connection, words)

    def candidates(self, word: str, errors: int) -> dict[str, int]:
        """Return the words that share most trigrams with this one."""
        return postgresql_words.candidates(self._connection, word, errors)

    def _fetch(self, sql: str, lists: list[list[int]]) -> list[Any]:
        return self._connection.execute(cast(Any, sql), lists).fetchall()

    def _split(self, wanted: Expression) -> tuple[Expression, Expression | None]:
        """Return the part to look up in the index and the part to check on its matches.

        For the prefix `a`, the index would list half of all films first, and for `of` a tenth. If
        another word is rare, checking the films with that word is faster.
        """
        if not isinstance(wanted, AllOf):
            return wanted, None
        counted = dict(zip(wanted.of, self._counts(wanted.of), strict=True))
        looked_up = tuple(each for each in wanted.of if counted[each] < FREQUENT)
        checked = tuple(each for each in wanted.of if counted[each] >= FREQUENT)
        # Two words of at most FREQUENT films each are rarely in one film.
        if checked and (len(looked_up) > 1 or min(counted.values()) < RARE):
            return AllOf(looked_up), AllOf(checked)
        return wanted, None

    def _counts(self, expressions: Sequence[Expression]) -> list[float]:
        """Return about how many films match each expression; infinity if that is unknown."""
        terms = [_terms(each) for each in expressions]
        frequencies = self.frequencies([*chain(*terms)])
        return [
            sum(frequencies.get(term, 0) for term in each) if each else math.inf for each in terms
        ]


def _terms(wanted: Expression) -> Sequence[str]:
    """Return the terms of which any matches, or nothing if they are unknown or too many."""
    match wanted:
        case ExactTerm(term):
            return (term,)
        case Prefix(_, known):
            return known
        case AnyOf(of):
            terms = [_terms(each) for each in of]
            return [*chain(*terms)] if all(terms) else ()
        case AllOf():
            return ()


def query(wanted: Expression) -> str:
    """Return an expression as a tsquery literal."""
    match wanted:
        case ExactTerm(term):
            return lexeme(term)
        case Prefix(prefix):
            return f"{lexeme(prefix)}:*"
        case AnyOf(of):
            return f"({' | '.join(map(query, of))})"
        case AllOf(of):
            return f"({' & '.join(map(query, of))})"


def lexeme(term: str) -> str:
    """Return a term as a lexeme literal."""
    kept = term[:MAX_TERM_LENGTH].replace("\\", "\\\\").replace("'", "''")
    return f"'{kept}'"


def _matches_sql(where: str) -> str:
    """Return SQL that selects up to `$2` films that match `$1` and `$3`, with the first lines.

    A tier is read only if matches are still missing.
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
        f" coalesce((array_agg(position ORDER BY position))[:{MAX_RANKED}], '{{}}'),"
        f" coalesce((array_agg(words ORDER BY position))[:{MAX_RANKED}], '{{}}')"
        f" FROM ({every}) AS found"
    )


_MATCHES = _matches_sql("")
_VISIBLE_MATCHES = _matches_sql(f"WHERE {VISIBILITY.visible}")
