"""Find the films of other sources that staged films are.

An import joins a record that it does not know to a film (1) that has one of its ids, (2) that has
one of its titles, a year that differs by one at most, and a common director or two common members
of the cast, or (3) that has one of
its titles and a year that differs by one at most, if neither has another candidate. Rules 2 and 3
do not join two records of one source, nor records with different ids of one kind. The same year is
preferred. A record with contradictory evidence is not joined, and its candidates become possible
duplicates. A record is neither joined nor compared with a film from which an operator separated it.

The statements are the same for both engines. `{s}` is the prefix of staged tables.

Public operations: match.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kinoteka.database.import_session import ImportSession
from kinoteka.database.member_tables import MEMBER_TABLES
from kinoteka.database.schema import Department
from kinoteka.search.folding import fold

BY_IDS, BY_PEOPLE, BY_TITLE = 1, 2, 3
"""The rules, in the order in which they apply."""
UNKNOWN_NAME = "Unknown"
COMMON_CAST = 2
"""How many common members of the cast prove as much as a common director."""
FEW_KEYS = 100_000
"""How many titles are compared in memory. Of the other side, only equal titles are then stored."""

TABLES = (
    "unknown (position INTEGER PRIMARY KEY)",
    "separate (position INTEGER NOT NULL, film_id BIGINT NOT NULL,"
    " PRIMARY KEY (position, film_id))",
    "claims (position INTEGER PRIMARY KEY, film_id BIGINT NOT NULL, rule INTEGER NOT NULL)",
    "followers (position INTEGER PRIMARY KEY, leader INTEGER NOT NULL)",
    "shared_ids (position INTEGER NOT NULL, film_id BIGINT NOT NULL)",
    "doubts (position INTEGER NOT NULL, film_id BIGINT NOT NULL, reason TEXT NOT NULL)",
    "staged_keys (position INTEGER NOT NULL, year INTEGER NOT NULL, title_key TEXT NOT NULL)",
    "film_keys (film_id BIGINT NOT NULL, year INTEGER NOT NULL, title_key TEXT NOT NULL)",
    "pairs (position INTEGER NOT NULL, film_id BIGINT NOT NULL, same_year INTEGER NOT NULL,"
    " possible INTEGER NOT NULL, people INTEGER NOT NULL)",
    "evidence (position INTEGER NOT NULL, film_id BIGINT NOT NULL, people INTEGER NOT NULL)",
)
# unknown: the staged films of which the source has no record yet. separate: the films that they
# must not be joined to. claims: those that are joined. followers: those that share an id with an
# earlier one. pairs: staged films and films with a common title; `possible` is 0 for those that
# must not be joined.
NO_EVIDENCE, CONTRADICTORY, COMMON, UNLIKELY = 1, 0, 2, 3
"""The values of `pairs.people`: a side lacks directors, all differ, some are the same.

UNLIKELY: a side lacks directors, the years differ, and one title is a translation (`_is_unlikely`).
"""

FIND_UNKNOWN = """
INSERT INTO {s}unknown (position)
SELECT position FROM {s}films AS staged WHERE NOT EXISTS (
    SELECT 1 FROM film_values AS known
    WHERE known.source_id = {source_id} AND known.external_id = staged.external_id
)
"""
HAS_SEPARATIONS = "SELECT 1 FROM separations WHERE source_id = {source_id} LIMIT 1"
FIND_SEPARATE = """
INSERT INTO {s}separate (position, film_id)
SELECT unknown.position, separated.film_id
FROM separations AS separated
JOIN {s}films AS staged ON staged.external_id = separated.external_id
JOIN {s}unknown AS unknown ON unknown.position = staged.position
WHERE separated.source_id = {source_id}
"""
_SEPARATE = """
EXISTS (
    SELECT 1 FROM {{s}}separate AS separate
    WHERE separate.position = {0}.position AND separate.film_id = {0}.film_id
)
"""
_IDS_DIFFER = """
EXISTS (
    SELECT 1 FROM {{s}}ids AS own
    JOIN film_ids AS theirs ON theirs.film_id = {0}.film_id AND theirs.kind = own.kind
    WHERE own.position = {0}.position AND NOT EXISTS (
        SELECT 1 FROM film_ids AS same
        WHERE same.kind = own.kind AND same.value = own.value AND same.film_id = {0}.film_id
    )
)
"""
_IDS_OF_PAIR_DIFFER = _IDS_DIFFER.format("{pairs}")
BY_ID_STATEMENTS = (
    """
INSERT INTO {s}shared_ids (position, film_id)
SELECT DISTINCT own.position, theirs.film_id
FROM {s}unknown AS unknown
JOIN {s}ids AS own ON own.position = unknown.position
JOIN film_ids AS theirs ON theirs.kind = own.kind AND theirs.value = own.value
""",
    f"DELETE FROM {{s}}shared_ids WHERE {_SEPARATE.format('{shared_ids}')}",
    f"""
INSERT INTO {{s}}doubts (position, film_id, reason)
SELECT position, film_id, 'ids' FROM {{s}}shared_ids AS shared
WHERE position IN (SELECT position FROM {{s}}shared_ids GROUP BY position HAVING count(*) > 1)
    OR {_IDS_DIFFER.format("shared")}
""",
    f"""
INSERT INTO {{s}}claims (position, film_id, rule)
SELECT position, film_id, {BY_IDS} FROM {{s}}shared_ids
WHERE position NOT IN (SELECT position FROM {{s}}doubts)
""",
)
_OPEN = """
{0}.position NOT IN (SELECT position FROM {{s}}claims)
AND {0}.position NOT IN (SELECT position FROM {{s}}doubts)
AND {0}.position NOT IN (SELECT position FROM {{s}}followers)
"""
# A record that was separated from a film does not follow another one, which may be of that film.
_FOLLOWS = f"{_OPEN} AND {{0}}.position NOT IN (SELECT position FROM {{{{s}}}}separate)"
HAS_REPEATED_IDS = """
SELECT 1 FROM {s}ids GROUP BY kind, value HAVING count(*) > 1 LIMIT 1
"""
FOLLOW = (
    f"""
INSERT INTO {{s}}followers (position, leader)
SELECT own.position, min(first.position)
FROM {{s}}ids AS own JOIN {{s}}unknown AS unknown ON unknown.position = own.position
JOIN (
    SELECT kind, value, min(own.position) AS position
    FROM {{s}}ids AS own JOIN {{s}}unknown AS unknown ON unknown.position = own.position
    WHERE {_FOLLOWS.format("own")}
    GROUP BY kind, value HAVING count(*) > 1
) AS first ON first.kind = own.kind AND first.value = own.value
WHERE own.position > first.position AND {_FOLLOWS.format("own")}
GROUP BY own.position
""",
    # A chain of records is no proof.
    """
DELETE FROM {s}followers WHERE leader IN (SELECT position FROM {s}followers)
""",
)
COUNT_UNKNOWN = "SELECT count(*) FROM {s}unknown"
MAY_MATCH = """
SELECT (SELECT count(*) FROM {s}claims),
    EXISTS (SELECT 1 FROM film_values WHERE source_id < {source_id} OR source_id > {source_id})
"""
COUNT_FILMS = "SELECT count(*) FROM films"
STAGED_TITLES = """
SELECT staged.position, staged.year, staged.title, staged.original_title
FROM {s}unknown AS unknown JOIN {s}films AS staged ON staged.position = unknown.position
WHERE staged.year IS NOT NULL
UNION ALL
SELECT staged.position, staged.year, other.title, NULL
FROM {s}unknown AS unknown JOIN {s}films AS staged ON staged.position = unknown.position
JOIN {s}other_titles AS other ON other.position = unknown.position
WHERE staged.year IS NOT NULL
"""
FILM_TITLES = """
SELECT id, year, title, original_title FROM films WHERE year IS NOT NULL
UNION ALL
SELECT films.id, films.year, other.title, NULL
FROM film_titles AS other JOIN films ON films.id = other.film_id WHERE films.year IS NOT NULL
"""
FIND_PAIRS = (
    "ANALYZE {s}staged_keys",
    "CREATE INDEX {index}film_keys_title_key ON {indexed}film_keys (title_key, year)",
    """
DELETE FROM {s}film_keys WHERE title_key IN
    (SELECT title_key FROM {s}film_keys GROUP BY title_key, year HAVING count(*) > 100)
""",
    "ANALYZE {s}film_keys",
    """
INSERT INTO {s}pairs (position, film_id, same_year, possible, people)
SELECT own.position, theirs.film_id,
    max(CASE WHEN own.year = theirs.year THEN 1 ELSE 0 END), 1, 1
FROM {s}staged_keys AS own JOIN {s}film_keys AS theirs
    ON theirs.title_key = own.title_key AND theirs.year BETWEEN own.year - 1 AND own.year + 1
GROUP BY own.position, theirs.film_id
""",
    f"DELETE FROM {{s}}pairs WHERE {_SEPARATE.format('{pairs}')}",
    f"""
UPDATE {{s}}pairs SET possible = 0
WHERE EXISTS (
        SELECT 1 FROM film_values AS known
        WHERE known.film_id = {{pairs}}.film_id AND known.source_id = {{source_id}}
    )
    OR film_id IN (SELECT film_id FROM {{s}}claims)
    OR {_IDS_OF_PAIR_DIFFER}
""",
    "ANALYZE {s}pairs",
    "CREATE INDEX {index}director_lists_list ON {indexed}director_lists (list)",
    "CREATE INDEX {index}directors_number ON {indexed}directors (number)",
)
_LINKS = MEMBER_TABLES["director"]
DIRECTORS = f"""
SELECT pair.position, pair.film_id,
    (SELECT {{names}} FROM {{s}}director_lists AS entry
        JOIN {{s}}directors AS named ON named.number = entry.number
        WHERE entry.list = staged.director_list),
    (SELECT {{names}} FROM {_LINKS.links} AS entry
        JOIN {_LINKS.names} AS named ON named.id = entry.{_LINKS.column}
        WHERE entry.film_id = pair.film_id AND {_LINKS.condition}),
    (SELECT {{names}} FROM {{s}}credits AS entry
        JOIN {{s}}directors AS named ON named.number = entry.number
        WHERE entry.position = pair.position AND entry.department = {Department.ACTING.value}),
    (SELECT {{names}} FROM credits AS entry JOIN people AS named ON named.id = entry.person_id
        WHERE entry.film_id = pair.film_id AND entry.department = {Department.ACTING.value}),
    pair.same_year, staged.title, staged.original_title, film.title, film.original_title
FROM {{s}}pairs AS pair JOIN {{s}}films AS staged ON staged.position = pair.position
JOIN films AS film ON film.id = pair.film_id
WHERE pair.possible = 1 AND {_OPEN.format("pair")}
"""
USE_EVIDENCE = (
    "CREATE INDEX {index}evidence_position ON {indexed}evidence (position, film_id)",
    f"""
UPDATE {{s}}pairs SET people = coalesce((
    SELECT evidence.people FROM {{s}}evidence AS evidence
    WHERE evidence.position = {{pairs}}.position AND evidence.film_id = {{pairs}}.film_id
), {NO_EVIDENCE})
""",
)
_COMMON_PEOPLE = f"""
pair.possible = 1 AND pair.people = {COMMON} AND {_OPEN.format("pair")}
"""
BY_PEOPLE_STATEMENTS = (
    f"""
INSERT INTO {{s}}claims (position, film_id, rule)
WITH candidates AS (
    SELECT position, film_id, same_year,
        count(*) OVER (PARTITION BY position, same_year) AS others,
        max(same_year) OVER (PARTITION BY position) AS best
    FROM {{s}}pairs AS pair WHERE {_COMMON_PEOPLE}
), chosen AS (
    SELECT position, film_id, same_year,
        count(*) OVER (PARTITION BY film_id, same_year) AS others,
        max(same_year) OVER (PARTITION BY film_id) AS best
    FROM candidates WHERE same_year = best AND others = 1
)
SELECT position, film_id, {BY_PEOPLE} FROM chosen WHERE same_year = best AND others = 1
""",
    f"""
INSERT INTO {{s}}doubts (position, film_id, reason)
SELECT position, film_id, 'people' FROM {{s}}pairs AS pair WHERE {_COMMON_PEOPLE}
""",
    "UPDATE {s}pairs SET possible = 0 WHERE film_id IN (SELECT film_id FROM {s}claims)",
)
_COUNTED = f"""
SELECT position, film_id, people, same_year,
    count(*) OVER (PARTITION BY position, same_year) AS films,
    count(*) OVER (PARTITION BY film_id, same_year) AS records,
    max(same_year) OVER (PARTITION BY position) AS best,
    max(same_year) OVER (PARTITION BY film_id) AS best_of_film,
    CASE WHEN possible = 1 AND {_OPEN.format("pair")} THEN 1 ELSE 0 END AS possible
FROM {{s}}pairs AS pair
"""
BY_TITLE_STATEMENTS = (
    f"""
INSERT INTO {{s}}claims (position, film_id, rule)
SELECT position, film_id, {BY_TITLE} FROM ({_COUNTED}) AS counted
WHERE possible = 1 AND people = {NO_EVIDENCE} AND films = 1 AND records = 1
    AND same_year = best AND same_year = best_of_film
""",
    f"""
INSERT INTO {{s}}doubts (position, film_id, reason)
SELECT position, film_id, 'title' FROM ({_COUNTED}) AS counted
WHERE possible = 1 AND (same_year = 1 OR people = {UNLIKELY}) AND films <= 3 AND records <= 3
""",
)
COUNT_RULES = "SELECT rule, count(*) FROM {s}claims GROUP BY rule ORDER BY rule"


def match(session: ImportSession, source_id: int) -> None:
    """Fill the tables of claims, followers and doubts. `source_id` is 0 for a new source."""
    for table in TABLES:
        session.create(table)
    session.run(FIND_UNKNOWN, source_id=source_id)
    ((unknown,),) = session.rows(COUNT_UNKNOWN)
    if not unknown:
        return
    if session.rows(HAS_SEPARATIONS, source_id=source_id):
        session.run(FIND_SEPARATE, source_id=source_id)
    for statement in BY_ID_STATEMENTS:
        session.run(statement)
    if session.rows(HAS_REPEATED_IDS):
        for statement in FOLLOW:
            session.run(statement)
    ((claimed, has_others),) = session.rows(MAY_MATCH, source_id=source_id)
    if unknown > claimed and has_others:
        _match_titles(session, source_id, unknown)


def _match_titles(session: ImportSession, source_id: int, unknown: int) -> None:
    ((films,),) = session.rows(COUNT_FILMS)
    sides = [("staged_keys", STAGED_TITLES), ("film_keys", FILM_TITLES)]
    if films < unknown:
        sides.reverse()
    known: set[str] | None = set() if min(films, unknown) <= FEW_KEYS else None
    for number, (table, titles) in enumerate(sides):
        for chunk in session.chunks(titles):
            rows = list(_keys(chunk, known if number else None))
            if known is not None and not number:
                known.update(key for _, _, key in rows)
            session.insert(table, rows)
    for statement in FIND_PAIRS:
        session.run(statement, source_id=source_id)
    for chunk in session.chunks(DIRECTORS):
        session.insert("evidence", [(*row[:2], _evidence_of(*row[2:])) for row in chunk])
    for statement in (*USE_EVIDENCE, *BY_PEOPLE_STATEMENTS, *BY_TITLE_STATEMENTS):
        session.run(statement)


def _keys(rows: Iterable[Sequence[Any]], known: set[str] | None) -> Iterator[tuple[int, int, str]]:
    """Yield the folded titles of films, once each; only those in `known`, if it is given."""
    for number, year, *titles in rows:
        keys = {" ".join(fold(title)) for title in titles if title}
        for key in keys if known is None else keys & known:
            if key:
                yield number, year, key


def _evidence_of(
    one: str | None,
    other: str | None,
    cast: str | None,
    other_cast: str | None,
    same_year: int,
    *titles: str | None,
) -> int:
    """Return what people and titles of a record and a film prove."""
    found = _evidence(one, other, cast, other_cast)
    if found == NO_EVIDENCE and not same_year and _is_unlikely(*titles):
        return UNLIKELY
    return found


def _is_unlikely(
    title: str | None, original: str | None, other_title: str | None, other_original: str | None
) -> bool:
    """Return whether two films have a title in common only because one of them is translated.

    So it is if the original title of one is in another script, and the other is not known under it
    and has no original title, like *Остров* (*The Island*, 2006) and *The Island* (2005).
    """
    if bool(original) == bool(other_original):
        return False
    words, titles = fold(original or other_original or ""), (title, other_title)
    is_foreign = not all(map(str.isascii, words))
    return is_foreign and words not in [fold(each) for each in titles if each]


def _evidence(
    one: str | None, other: str | None, cast: str | None = None, other_cast: str | None = None
) -> int:
    """Return what the names of the directors and of the cast of two films prove."""
    if len(_people(cast) & _people(other_cast)) >= COMMON_CAST:
        return COMMON
    names, other_names = _people(one), _people(other)
    if not names or not other_names:
        return NO_EVIDENCE
    if names & other_names:
        return COMMON
    # Names in different scripts prove nothing: their spellings in Latin letters differ.
    return CONTRADICTORY if all(map(str.isascii, names | other_names)) else NO_EVIDENCE


def _people(names: str | None) -> set[str]:
    listed = (names or "").split("\n")
    return {" ".join(fold(name)) for name in listed if name and name != UNKNOWN_NAME}
