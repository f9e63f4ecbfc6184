"""Statements of imports on genres, people, credits, titles and countries, for both engines.

Staged rows are in tables that begin with `{s}`: of the attached database on SQLite, temporary ones
on PostgreSQL. A genre is found by its aliases, then by its name. A person is found by an id on
another site, else by the name among the people without another id of that kind.
"""

import re
from typing import NamedTuple

from kinoteka.database.schema import Department

PARAMETER = re.compile(r"(?<!:):(\w+)")

TABLES = {
    "genres": "number INTEGER PRIMARY KEY, name {text}, name_key {text}, alias_key {text},"
    " stored_id BIGINT",
    "directors": "number INTEGER PRIMARY KEY, name {text}, name_key {text}, sort_key {text},"
    " kind {text}, value {text}, stored_id BIGINT",
    "new_names": "number INTEGER PRIMARY KEY, stored_id BIGINT NOT NULL",
    "credits": "position INTEGER NOT NULL, department INTEGER NOT NULL, place INTEGER NOT NULL,"
    " number INTEGER NOT NULL, role {text}, PRIMARY KEY (position, department, place)",
    "other_titles": "position INTEGER NOT NULL, place INTEGER NOT NULL, language {text},"
    " kind {text}, title {text}, PRIMARY KEY (position, place)",
    "countries": "position INTEGER NOT NULL, place INTEGER NOT NULL, country {text},"
    " PRIMARY KEY (position, place)",
}
"""The staging tables with their columns. `directors` has all people."""
KEYED_COLUMNS = {
    "genre": ("name", "name_key", "alias_key"),
    "director": ("name", "name_key", "sort_key"),
}
NAME_COLUMNS = {**KEYED_COLUMNS, "director": (*KEYED_COLUMNS["director"], "kind", "value")}
EXTRAS = ("credits", "other_titles", "countries")
EXTRA_COLUMNS = {
    "credits": ("position", "department", "place", "number", "role"),
    "other_titles": ("position", "place", "language", "kind", "title"),
    "countries": ("position", "place", "country"),
}
LOCKS = {"credits": "cast", "other_titles": "titles", "countries": "countries"}
"""The locked field that keeps what is stored."""
STORED = {"credits": "credits", "other_titles": "film_titles", "countries": "film_countries"}

_KNOWN_GENRES = """
UPDATE {s}genres AS staged SET stored_id = coalesce(
    (SELECT genre_id FROM genre_aliases AS alias WHERE alias.alias_key = staged.alias_key),
    (SELECT id FROM genres AS known WHERE known.name_key = staged.name_key))
"""
_NEW_GENRES = """
INSERT INTO {s}new_names (number, stored_id)
SELECT min(number), :last_id + row_number() OVER (ORDER BY min(number))
FROM {s}genres WHERE stored_id IS NULL GROUP BY alias_key
"""
_ADD_GENRES = """
INSERT INTO genres (id, name, name_key)
SELECT new.stored_id, name, name_key FROM {s}new_names AS new JOIN {s}genres USING (number)
ORDER BY new.stored_id
"""
_ADD_ALIASES = """
INSERT INTO genre_aliases (alias_key, genre_id)
SELECT alias_key, new.stored_id FROM {s}new_names AS new JOIN {s}genres USING (number)
WHERE true ON CONFLICT DO NOTHING
"""
_KNOWN_BY_ID = """
UPDATE {s}directors AS staged SET stored_id = known.person_id
FROM person_ids AS known WHERE known.kind = staged.kind AND known.value = staged.value
"""
# Of several people with one name, only the first gets the person without an id.
_CLAIM_BY_NAME = """
INSERT INTO person_ids (kind, value, person_id)
SELECT kind, value, person_id
FROM (
    SELECT kind, value, person_id,
        row_number() OVER (PARTITION BY kind, person_id ORDER BY number) AS place
    FROM (
        SELECT first.number, first.kind, first.value, (
            SELECT min(named.id) FROM people AS named
            WHERE named.name_key = first.name_key AND named.id <> 1 AND NOT EXISTS (
                SELECT 1 FROM person_ids AS other
                WHERE other.person_id = named.id AND other.kind = first.kind)
        ) AS person_id
        FROM {s}directors AS first
        WHERE first.number IN (
            SELECT min(number) FROM {s}directors AS each
            WHERE stored_id IS NULL AND value IS NOT NULL AND EXISTS (
                SELECT 1 FROM people AS named
                WHERE named.name_key = each.name_key AND named.id <> 1)
            GROUP BY kind, value)
    ) AS candidate
    WHERE person_id IS NOT NULL
) AS claim
WHERE place = 1
"""
_NEW_WITH_IDS = """
INSERT INTO {s}new_names (number, stored_id)
SELECT min(number), :last_id + row_number() OVER (ORDER BY min(number))
FROM {s}directors AS staged
WHERE stored_id IS NULL AND value IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM person_ids AS known
    WHERE known.kind = staged.kind AND known.value = staged.value)
GROUP BY kind, value
"""
_NEW_WITHOUT_IDS = """
INSERT INTO {s}new_names (number, stored_id)
SELECT min(number), :last_id + row_number() OVER (ORDER BY min(number))
FROM {s}directors AS staged
WHERE value IS NULL
    AND NOT EXISTS (SELECT 1 FROM people AS known WHERE known.name_key = staged.name_key)
GROUP BY name_key
"""
_ADD_PEOPLE = """
INSERT INTO people (id, name, name_key, sort_key)
SELECT new.stored_id, name, name_key, sort_key
FROM {s}new_names AS new JOIN {s}directors USING (number) ORDER BY new.stored_id
"""
_ADD_IDS = """
INSERT INTO person_ids (kind, value, person_id)
SELECT kind, value, new.stored_id
FROM {s}new_names AS new JOIN {s}directors USING (number) WHERE value IS NOT NULL
"""
_NO_NEW_NAMES = "DELETE FROM {s}new_names"
_KNOWN_BY_NAME = """
UPDATE {s}directors AS staged SET stored_id =
    (SELECT min(id) FROM people AS known WHERE known.name_key = staged.name_key)
WHERE value IS NULL
"""

HAS_IDS = "SELECT EXISTS (SELECT 1 FROM {s}directors WHERE value IS NOT NULL)"
COUNT_EXTRAS = "SELECT " + " + ".join(f"(SELECT count(*) FROM {{s}}{extra})" for extra in EXTRAS)


class Step(NamedTuple):
    """Statements that need the last id of a table as `:last_id`."""

    table: str
    statements: tuple[str, ...]


GENRES = Step("genres", (_KNOWN_GENRES, _NEW_GENRES, _ADD_GENRES, _ADD_ALIASES, _KNOWN_GENRES))
PEOPLE_WITH_IDS = Step(
    "people",
    (
        *(_NO_NEW_NAMES, _KNOWN_BY_ID, _CLAIM_BY_NAME, _NEW_WITH_IDS, _ADD_PEOPLE, _ADD_IDS),
        _KNOWN_BY_ID,
    ),
)
PEOPLE_WITHOUT_IDS = Step("people", (_NO_NEW_NAMES, _NEW_WITHOUT_IDS, _ADD_PEOPLE, _KNOWN_BY_NAME))

_IN_SLICE = """
WHERE plan.position > :after AND plan.position <= :until {which} AND NOT EXISTS (
    SELECT 1 FROM film_locks AS locked
    WHERE locked.film_id = plan.film_id AND locked.field = '{lock}')
ON CONFLICT DO NOTHING
"""
_STORE = {
    "credits": """
INSERT INTO credits (film_id, department, position, person_id, role)
SELECT plan.film_id, department, place, person.stored_id, role
FROM {s}plan AS plan
JOIN {s}credits AS staged USING (position)
JOIN {s}directors AS person USING (number)
""",
    "other_titles": """
INSERT INTO film_titles (film_id, position, language, kind, title)
SELECT plan.film_id, place, language, kind, title
FROM {s}plan AS plan JOIN {s}other_titles AS staged USING (position)
""",
    "countries": """
INSERT INTO film_countries (film_id, country, position)
SELECT plan.film_id, country, place
FROM {s}plan AS plan JOIN {s}countries AS staged USING (position)
""",
}
_DELETE = """
DELETE FROM {table}
WHERE film_id IN (
    SELECT plan.film_id FROM {s}plan AS plan JOIN {s}{extra} AS staged USING (position)
    WHERE plan.film_id <= :last_id
    UNION
    SELECT plan.film_id FROM {s}plan AS plan JOIN {s}combined AS combined USING (position)
    WHERE plan.film_id <= :last_id
) AND NOT EXISTS (
    SELECT 1 FROM film_locks AS locked
    WHERE locked.film_id = {table}.film_id AND locked.field = '{lock}'
) {condition}
"""


class MemberStatements:
    """The statements in the SQL of one engine. `staged` is the beginning of staging tables."""

    def __init__(self, staged: str, parameter: str, text: str) -> None:
        self._staged = staged
        self._parameter = parameter
        self._text = text
        self.has_ids = self.sql(HAS_IDS)
        self.count_extras = self.sql(COUNT_EXTRAS)

    def sql(self, template: str, **values: str) -> str:
        """Return a statement of this module for the engine."""
        filled = template.format(s=self._staged, text=self._text, **values)
        return PARAMETER.sub(self._parameter, filled)

    def create(self, prefix: str = "", before: str = "", keyed: str = "") -> str:
        """Return the statements that create the staging tables.

        `keyed` follows the columns of tables with a key of several columns.
        """
        return "".join(
            f"CREATE {before}TABLE {prefix}{name} ({columns.format(text=self._text)})"
            f"{keyed if 'PRIMARY KEY (' in columns else ''};\n"
            for name, columns in TABLES.items()
        )

    def steps(self, *, with_ids: bool) -> tuple[Step, ...]:
        """Return the steps that find genres and people or add them, with `stored_id`."""
        steps = (GENRES, *((PEOPLE_WITH_IDS,) if with_ids else ()), PEOPLE_WITHOUT_IDS)
        return tuple(
            Step(step.table, tuple(self.sql(each) for each in step.statements)) for step in steps
        )

    def store_extra(self, extra: str, which: str = "") -> str:
        """Store the credits, titles or countries of the films in a slice."""
        return self.sql(_STORE[extra] + _IN_SLICE, which=which, lock=LOCKS[extra])

    def delete_extra(self, extra: str) -> str:
        """Delete the credits, titles or countries of films that get others or chosen ones."""
        condition = f"AND department <> {Department.DIRECTING.value}" if extra == "credits" else ""
        table = STORED[extra]
        return self.sql(_DELETE, extra=extra, table=table, lock=LOCKS[extra], condition=condition)
