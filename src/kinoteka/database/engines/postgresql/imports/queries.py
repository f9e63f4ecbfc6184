"""Statements that stage films, and move staged films into the catalogue.

They are hand-written for PostgreSQL, because an import moves millions of rows, mostly from table
to table. Staged rows are in temporary tables, whose names begin with `staged_`.
"""

from sqlalchemy import BigInteger, Float, Integer, SmallInteger

from kinoteka.database import film_columns
from kinoteka.database.film_columns import (
    NEWEST_VERSION,
    RECORD_COLUMNS,
    STAGED,
    STORED,
    assigned,
    create_staged_films,
    listed,
)
from kinoteka.database.import_members import (
    EXTRA_COLUMNS,
    EXTRAS,
    NAME_COLUMNS,
    MemberStatements,
)
from kinoteka.database.member_tables import MEMBER_TABLES
from kinoteka.database.schema import FILM_FACTS
from kinoteka.database.weighted_ratings import WEIGHTED_RATING

# --- Staging: temporary tables, filled while the files are read. -----------------------------

_COPY_TYPES = {SmallInteger: "int2", BigInteger: "int8", Integer: "int4", Float: "float8"}
FILM_TYPES = tuple(_COPY_TYPES.get(type(column.type), "text") for column in STAGED)
NAME_TYPES = {kind: ("int4", *("text" for _ in names)) for kind, names in NAME_COLUMNS.items()}
NAME_TARGETS = {
    kind: f"staged_{kind}s (number, {listed(names)})" for kind, names in NAME_COLUMNS.items()
}
_NUMBERS = ("position", "department", "place", "number")
EXTRA_TYPES = {
    table: tuple("int4" if name in _NUMBERS else "text" for name in columns)
    for table, columns in EXTRA_COLUMNS.items()
}
LIST_TYPES = ("int4", "int2", "int4")
ID_TYPES = ("int4", "text", "text")

MEMBERS = MemberStatements("staged_", r"%(\1)s", 'TEXT COLLATE "C"')
CREATE_STAGING = f"""
{create_staged_films("postgresql", "staged_films", "TEMPORARY")};
{MEMBERS.create("staged_", "TEMPORARY ")}
CREATE TEMPORARY TABLE staged_genre_lists (list INTEGER, place SMALLINT, number INTEGER);
CREATE TEMPORARY TABLE staged_director_lists (LIKE staged_genre_lists);
CREATE TEMPORARY TABLE staged_ids (position INTEGER NOT NULL, kind TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL);
"""
# Many films share a list of genres, or of directors, so each list is staged once.

DELETE_FILMS_AFTER = "DELETE FROM staged_films WHERE position > %(after)s"
DELETE_PARTS_AFTER = tuple(
    f"DELETE FROM staged_{table} WHERE position > %(after)s" for table in ("ids", *EXTRAS)
)


def delete_names_after(kind: str) -> str:
    """Delete the names above a number."""
    return f"DELETE FROM staged_{kind}s WHERE number > %(after)s"


DELETE_REPEATED = """
DELETE FROM staged_films AS staged
USING (
    SELECT external_id, max(position) AS last FROM staged_films
    GROUP BY external_id HAVING count(*) > 1
) AS repeated
WHERE staged.external_id = repeated.external_id AND staged.position < repeated.last
"""
# Temporary tables are not analyzed automatically. They are read in the order of positions.
INDEX_STAGED = """
ALTER TABLE staged_films ADD PRIMARY KEY (position);
CREATE INDEX staged_ids_position ON staged_ids (position);
ANALYZE staged_films (position, external_id, label, genre_list, director_list), staged_genres,
    staged_directors, staged_genre_lists, staged_director_lists, staged_ids, staged_credits,
    staged_other_titles, staged_countries
"""
DROP_STAGING = """
DROP TABLE IF EXISTS staged_films, staged_genres, staged_directors, staged_genre_lists,
    staged_director_lists, staged_ids, staged_new_names, staged_credits, staged_other_titles,
    staged_countries
"""

# --- Storing: one transaction on the catalogue. ----------------------------------------------

HAS_PREVIOUS = film_columns.HAS_PREVIOUS.format(source="%(source)s")
# ON CONFLICT alone would consume an id on every import.
INSERT_SOURCE = """
INSERT INTO sources (name, rank) SELECT %(name)s, %(rank)s WHERE NOT EXISTS
    (SELECT 1 FROM sources WHERE name = %(name)s)
"""
SOURCE_ID = "SELECT id FROM sources WHERE name = %(name)s"
INSERT_BATCH = """
INSERT INTO batches (source_id, created_at) VALUES (%(source_id)s, %(now)s) RETURNING id
"""
COUNT_BATCH = """
UPDATE batches SET added = %(added)s, joined = %(joined)s, changed = %(changed)s
WHERE id = %(batch_id)s
"""
INSERT_LABEL = """
INSERT INTO labels (name) SELECT %(name)s WHERE NOT EXISTS
    (SELECT 1 FROM labels WHERE name = %(name)s)
ON CONFLICT (name) DO NOTHING
"""
# Lock the labels as foreign keys would, so that none is deleted while films get it.
HOLD_LABELS = "SELECT id FROM labels ORDER BY id FOR KEY SHARE"
NAMES = tuple(tables.names for tables in MEMBER_TABLES.values())


def last_id(table: str) -> str:
    """Select the highest id that the table has ever had."""
    sequence = f"pg_get_serial_sequence('{table}', 'id')"
    return f"SELECT greatest((SELECT max(id) FROM {table}), pg_sequence_last_value({sequence}), 0)"


def set_last_id(table: str) -> str:
    """Set the sequence, so that its next id follows those that the import assigned.

    Run it last, because sequences are not rolled back.
    """
    return (
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), last)"
        f" FROM ({last_id(table)}) AS known (last) WHERE last > 0"
    )


def identify_members(kind: str) -> str:
    """Create the lists with the ids of the catalogue instead of the staged numbers."""
    return f"""
CREATE TEMPORARY TABLE staged_{kind}_members ON COMMIT DROP AS
SELECT list, place, staged.stored_id AS id
FROM staged_{kind}_lists JOIN staged_{kind}s AS staged USING (number)
ORDER BY list, place;
ALTER TABLE staged_{kind}_members ADD PRIMARY KEY (list, place);
ANALYZE staged_{kind}_members
"""


# A locked field of a changed film keeps its value, which is copied from the catalogue to staging.
# A film with locked genres or directors gets its own list, with a negative number.
PLAN_LOCKED_FIELDS = """
INSERT INTO staged_locked_fields (position, film_id, field)
SELECT plan.position, plan.film_id, lock.field
FROM staged_plan AS plan JOIN film_locks AS lock USING (film_id)
WHERE plan.film_id <= %(last_id)s AND plan.carries
"""
RESTORE_LOCKED_FACTS = tuple(
    f"""
UPDATE staged_films SET {name} = film.{name}
FROM staged_locked_fields AS locked JOIN films AS film ON film.id = locked.film_id
WHERE locked.field = '{name}' AND staged_films.position = locked.position
"""
    for name in FILM_FACTS
)


def restore_locked_members(kind: str) -> tuple[str, str]:
    """Create lists of the stored genres, or directors, of films in which they are locked."""
    tables = MEMBER_TABLES[kind]
    return (
        f"""
INSERT INTO staged_{kind}_members (list, place, id)
SELECT -locked.position, member.position, member.{tables.column}
FROM staged_locked_fields AS locked JOIN {tables.links} AS member USING (film_id)
WHERE locked.field = '{kind}s' AND {tables.condition}
""",
        f"""
UPDATE staged_films SET {kind}_list = -position
WHERE position IN (SELECT position FROM staged_locked_fields WHERE field = '{kind}s')
""",
    )


# The following statements work on slices of positions (%(after)s, %(until)s], to show progress.
_PLANNED_FILMS = """
FROM staged_plan AS plan
JOIN staged_films AS staged USING (position)
JOIN staged_genre_members AS genre ON genre.list = staged.genre_list AND genre.place = 0
JOIN staged_director_members AS director
    ON director.list = staged.director_list AND director.place = 0
WHERE plan.carries AND plan.position > %(after)s AND plan.position <= %(until)s
"""
INSERT_FILMS = f"""
INSERT INTO films
    (id, {listed(STORED)}, genre_id, director_id, label_id, weighted_rating, added_at)
SELECT plan.film_id, {listed(STORED)}, genre.id, director.id, plan.label_id, {WEIGHTED_RATING},
    (SELECT created_at FROM batches WHERE id = %(batch_id)s)
{_PLANNED_FILMS} AND plan.film_id > %(last_id)s
ORDER BY plan.position
"""
UPDATE_FILMS = f"""
UPDATE films SET {assigned((*STORED, "genre_id", "director_id"), "new")},
    label_id = CASE WHEN %(by_rules)s THEN new.new_label_id ELSE films.label_id END,
    weighted_rating = new.weighted
FROM (
    SELECT plan.film_id, plan.label_id AS new_label_id, staged.*, {WEIGHTED_RATING} AS weighted,
        genre.id AS genre_id, director.id AS director_id
    {_PLANNED_FILMS} AND plan.film_id <= %(last_id)s
) AS new
WHERE films.id = new.film_id
"""


def _in_slice(new: bool) -> str:
    operator = ">" if new else "<="
    return (
        "plan.position > %(after)s AND plan.position <= %(until)s"
        f" AND plan.film_id {operator} %(last_id)s"
    )


def store_records(*, new: bool) -> str:
    """Store the records of the source, for the new or the changed films in a slice."""
    return f"""
INSERT INTO film_values
    (source_id, external_id, film_id, batch_id, fingerprint, fingerprint_version)
SELECT %(source_id)s, external_id, plan.film_id, %(batch_id)s, fingerprint, {NEWEST_VERSION}
FROM staged_plan AS plan JOIN staged_films AS staged USING (position)
WHERE {_in_slice(new)}
ORDER BY plan.position
ON CONFLICT (source_id, external_id) DO UPDATE SET {assigned(RECORD_COLUMNS, "excluded")}
"""


def store_ids(*, new: bool) -> str:
    """Store the external ids of films in a slice. An id of another film stays with it."""
    return f"""
INSERT INTO film_ids (kind, value, film_id)
SELECT kind, value, plan.film_id
FROM staged_ids JOIN staged_plan AS plan USING (position)
WHERE {_in_slice(new)}
    AND plan.film_id NOT IN (SELECT film_id FROM film_locks WHERE field = 'ids')
ON CONFLICT DO NOTHING
"""


DELETE_IDS = """
DELETE FROM film_ids WHERE film_id IN
    (SELECT film_id FROM staged_plan WHERE film_id <= %(last_id)s)
    AND film_id NOT IN (SELECT film_id FROM film_locks WHERE field = 'ids')
"""


def store_members(kind: str, *, new: bool) -> str:
    """Store the genres, or directors, of the new or the changed films in a slice."""
    if_exists = "" if new else "JOIN films ON films.id = plan.film_id"
    tables = MEMBER_TABLES[kind]
    columns = listed((tables.column, "film_id", "position", *tables.constants))
    values = listed(("member.id", "plan.film_id", "place", *tables.constants.values()))
    return f"""
INSERT INTO {tables.links} ({columns})
SELECT {values}
FROM staged_plan AS plan
{if_exists}
JOIN staged_films AS staged USING (position)
JOIN staged_{kind}_members AS member ON member.list = staged.{kind}_list
WHERE {_in_slice(new)} AND plan.carries
ON CONFLICT DO NOTHING
"""


def store_extra(extra: str, *, new: bool) -> str:
    """Store the credits, titles or countries of the new or the changed films in a slice."""
    changed = (
        "AND plan.film_id <= %(last_id)s"
        " AND EXISTS (SELECT 1 FROM films WHERE films.id = plan.film_id)"
    )
    return MEMBERS.store_extra(extra, "AND plan.film_id > %(last_id)s" if new else changed)


def delete_members(kind: str) -> str:
    """Delete the genres, or directors, of the changed films in a slice."""
    tables = MEMBER_TABLES[kind]
    return f"""
DELETE FROM {tables.links} AS member USING staged_plan AS plan
WHERE member.film_id = plan.film_id AND {_in_slice(new=False)} AND {tables.condition}
"""


def films_stored(*, new: bool) -> str:
    """Select the ids of the films of a slice."""
    return f"SELECT film_id FROM staged_plan AS plan WHERE {_in_slice(new)} AND plan.carries"


# Every writer of films or labels increments these revisions first, in this order.
LOCK_REVISIONS = """
SELECT name FROM revisions WHERE name = ANY(%(names)s::TEXT[]) ORDER BY name FOR UPDATE
"""

FILLED = (
    *("films", "film_values", "film_ids", "film_genres", "credits", "genres", "people"),
    *("person_ids", "film_titles", "film_countries"),
    *("genre_counts", "director_counts", "search_films", "search_words", "search_trigrams"),
)
"""The tables that an import fills."""
