"""Statements that stage films, and move staged films into the catalogue.

They are hand-written for SQLite, because an import moves millions of rows, mostly from table to
table. The staging database is attached as `staging`; `main` is the catalogue.
"""

from kinoteka.database import film_columns
from kinoteka.database.film_columns import (
    NAMES,
    NEW_COLUMNS,
    NEWEST_VERSION,
    RECORD_COLUMNS,
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

# --- Staging: a separate database file, filled while the files are read. ---------------------

# The file is useless after a crash, so it needs no durability.
MEMBERS = MemberStatements("staging.", r":\1", "TEXT")
CREATE_STAGING = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16384;
{create_staged_films("sqlite", "films")};
{MEMBERS.create(keyed=" WITHOUT ROWID")}
CREATE TABLE genre_lists (list INTEGER, place INTEGER, number INTEGER,
    PRIMARY KEY (list, place)) WITHOUT ROWID;
CREATE TABLE director_lists (list INTEGER, place INTEGER, number INTEGER,
    PRIMARY KEY (list, place)) WITHOUT ROWID;
CREATE TABLE ids (position INTEGER, kind TEXT, value TEXT,
    PRIMARY KEY (position, kind, value)) WITHOUT ROWID;
CREATE TABLE plan (position INTEGER PRIMARY KEY, film_id INTEGER NOT NULL, label_id INTEGER,
    adopts INTEGER NOT NULL DEFAULT 0, carries INTEGER NOT NULL DEFAULT 1);
CREATE TABLE locked_fields (position INTEGER, film_id INTEGER, field TEXT);
"""
# Many films share a list of genres, or of directors, so each list is staged once.
# plan: the new and changed records to store, with their films and labels. adopts: the row is
# unchanged by the previous version of the fingerprint, so only the new fields are stored. carries:
# the staged row has the values of the film to store, also if the film has several records.
# locked_fields: the locked fields of changed films.

STAGE_ID = "INSERT OR IGNORE INTO ids (position, kind, value) VALUES (?, ?, ?)"
STAGE_FILM = f"INSERT INTO films ({listed(NAMES)}) VALUES ({', '.join('?' * len(NAMES))})"


def stage_name(kind: str) -> str:
    """Stage a name with its keys (`kind` is genre or director)."""
    columns = NAME_COLUMNS[kind]
    return f"INSERT INTO {kind}s (number, {listed(columns)}) VALUES (?{', ?' * len(columns)})"


def stage_list(kind: str) -> str:
    """Stage an entry of a list."""
    return f"INSERT INTO {kind}_lists (list, place, number) VALUES (?, ?, ?)"


def stage_extra(table: str) -> str:
    """Stage a credit, title or country."""
    columns = EXTRA_COLUMNS[table]
    return f"INSERT INTO {table} ({listed(columns)}) VALUES ({', '.join('?' * len(columns))})"


DELETE_FILMS_AFTER = "DELETE FROM films WHERE position > ?"
DELETE_PARTS_AFTER = tuple(f"DELETE FROM {table} WHERE position > ?" for table in ("ids", *EXTRAS))


def delete_names_after(kind: str) -> str:
    """Delete the names above a number."""
    return f"DELETE FROM {kind}s WHERE number > ?"


INDEX_STAGED_IDS = "CREATE INDEX films_external_id ON films (external_id)"
DELETE_REPEATED = """
DELETE FROM films WHERE external_id IN
    (SELECT external_id FROM films GROUP BY external_id HAVING count(*) > 1)
  AND position <
    (SELECT max(position) FROM films AS later WHERE later.external_id = films.external_id)
"""

# --- Storing: one transaction on the catalogue. ----------------------------------------------

HAS_PREVIOUS = film_columns.HAS_PREVIOUS.format(source=":source")
COUNT_STAGED = "SELECT count(*) FROM staging.films"

INSERT_SOURCE = """
INSERT INTO main.sources (name, rank) SELECT :source, :rank WHERE NOT EXISTS
    (SELECT 1 FROM main.sources WHERE name = :source)
"""
SOURCE_ID = "SELECT id FROM main.sources WHERE name = :source"
INSERT_BATCH = """
INSERT INTO main.batches (source_id, created_at, added, joined, changed)
VALUES (:source_id, :now, :added, :joined, :changed)
"""
INSERT_LABEL = """
INSERT INTO main.labels (name) SELECT :name WHERE NOT EXISTS
    (SELECT 1 FROM main.labels WHERE name = :name)
"""

# Labels: with rules (:ruled, a JSON array of the labels that they name), a film gets the
# label of its rule unless an operator has set another one. Without rules, no label changes.
_KNOWN = f"""
WITH ruled AS MATERIALIZED
    (SELECT id, name FROM main.labels WHERE name IN (SELECT value FROM json_each(:ruled))),
known AS (
    SELECT staged.position, film.id,
        CASE record.fingerprint_version
            WHEN {NEWEST_VERSION} THEN record.fingerprint <> staged.fingerprint
            WHEN {NEWEST_VERSION - 1} THEN record.fingerprint <> staged.previous_fingerprint
            ELSE 1
        END AS differs,
        record.fingerprint_version = {NEWEST_VERSION - 1} AS is_previous,
        film.label_id,
        CASE WHEN json_array_length(:ruled) = 0
            OR film.label_id NOT IN (SELECT id FROM ruled) THEN film.label_id
            ELSE (SELECT id FROM ruled WHERE name = staged.label)
        END AS new_label_id
    FROM staging.films AS staged
    JOIN main.film_values AS record
        ON record.source_id = :source_id AND record.external_id = staged.external_id
    JOIN main.films AS film ON film.id = record.film_id
)
"""
PLAN_CHANGED = f"""{_KNOWN}
INSERT INTO staging.plan (position, film_id, label_id, adopts)
SELECT position, id, new_label_id, NOT differs FROM known WHERE differs OR is_previous
"""
# Of a film whose row is unchanged, only the label is written.
RELABEL = f"""{_KNOWN}
UPDATE main.films SET label_id = known.new_label_id FROM known
WHERE films.id = known.id AND NOT differs AND new_label_id IS NOT known.label_id
"""
# Films with the previous version of the fingerprint get the columns that it did not cover.
_ADOPTED = """
FROM staging.plan AS plan JOIN staging.films AS staged USING (position)
"""
_LOCKED = "EXISTS (SELECT 1 FROM main.film_locks WHERE film_id = film.id AND field = '{0}')"
_NEW_COLUMN_DIFFERS = " OR ".join(
    ["false"]
    + [f"(film.{name} IS NOT staged.{name} AND NOT {_LOCKED.format(name)})" for name in NEW_COLUMNS]
)
_NEW_VALUES = ", ".join(
    f"{name} = CASE WHEN {_LOCKED.format(name)} THEN film.{name} ELSE staged.{name} END"
    for name in NEW_COLUMNS
)
COUNT_ADOPTED = f"""
SELECT count(*) {_ADOPTED} JOIN main.films AS film ON film.id = plan.film_id
WHERE plan.adopts AND film.label_id IS plan.label_id AND ({_NEW_COLUMN_DIFFERS})
"""
_ADOPT_COLUMNS = f"""
UPDATE main.films AS film SET {_NEW_VALUES}
{_ADOPTED} WHERE plan.adopts AND film.id = plan.film_id
"""
_ADOPT_FINGERPRINTS = f"""
UPDATE main.film_values AS record
SET fingerprint = staged.fingerprint, fingerprint_version = {NEWEST_VERSION}
{_ADOPTED} WHERE plan.adopts
    AND record.source_id = :source_id AND record.external_id = staged.external_id
"""
ADOPT = (*([_ADOPT_COLUMNS] if NEW_COLUMNS else []), _ADOPT_FINGERPRINTS)
UNPLAN_ADOPTED = "DELETE FROM staging.plan WHERE adopts"

PLAN_JOINED = """
INSERT INTO staging.plan (position, film_id, label_id)
SELECT claim.position, claim.film_id,
    coalesce(film.label_id, (SELECT id FROM main.labels WHERE name = staged.label))
FROM staging.claims AS claim
JOIN staging.films AS staged USING (position)
JOIN main.films AS film ON film.id = claim.film_id
"""
PLAN_FOLLOWERS = """
INSERT INTO staging.plan (position, film_id, label_id)
SELECT follower.position, leader.film_id, leader.label_id
FROM staging.followers AS follower JOIN staging.plan AS leader ON leader.position = follower.leader
"""
PLAN_ADDED = """
INSERT INTO staging.plan (position, film_id, label_id)
SELECT position, :last_id + row_number() OVER (ORDER BY position),
    (SELECT id FROM main.labels WHERE name = label)
FROM staging.unknown JOIN staging.films AS staged USING (position)
WHERE position NOT IN (SELECT position FROM staging.plan)
    AND position NOT IN (SELECT position FROM staging.followers)
"""
PLAN = (PLAN_CHANGED, PLAN_JOINED, PLAN_ADDED, PLAN_FOLLOWERS)


def last_id(table: str) -> str:
    """Select the highest id that the table has ever had."""
    return f"SELECT coalesce((SELECT seq FROM main.sqlite_sequence WHERE name = '{table}'), 0)"


def identify_names(kind: str) -> str:
    """Replace the staged numbers in lists with the ids of the catalogue."""
    return f"""
UPDATE staging.{kind}_lists SET number =
    (SELECT stored_id FROM staging.{kind}s AS staged WHERE staged.number = {kind}_lists.number)
"""


# A locked field of a changed film keeps its value, which is copied from the catalogue to staging.
# A film with locked genres or directors gets its own list, with a negative number.
PLAN_LOCKED_FIELDS = """
INSERT INTO staging.locked_fields (position, film_id, field)
SELECT plan.position, plan.film_id, lock.field
FROM staging.plan AS plan JOIN main.film_locks AS lock USING (film_id)
WHERE plan.film_id <= :last_id AND plan.carries
"""
RESTORE_LOCKED_FACTS = tuple(
    f"""
UPDATE staging.films AS staged SET {name} = film.{name}
FROM staging.locked_fields AS locked JOIN main.films AS film ON film.id = locked.film_id
WHERE locked.field = '{name}' AND staged.position = locked.position
"""
    for name in FILM_FACTS
)


def restore_locked_members(kind: str) -> tuple[str, str]:
    """Create lists of the stored genres, or directors, of films in which they are locked."""
    tables = MEMBER_TABLES[kind]
    return (
        f"""
INSERT INTO staging.{kind}_lists (list, place, number)
SELECT -locked.position, member.position, member.{tables.column}
FROM staging.locked_fields AS locked JOIN main.{tables.links} AS member USING (film_id)
WHERE locked.field = '{kind}s' AND {tables.condition}
""",
        f"""
UPDATE staging.films SET {kind}_list = -position
WHERE position IN (SELECT position FROM staging.locked_fields WHERE field = '{kind}s')
""",
    )


DELETE_IDS = """
DELETE FROM main.film_ids
WHERE film_id IN (SELECT film_id FROM staging.plan WHERE film_id <= :last_id)
    AND film_id NOT IN (SELECT film_id FROM main.film_locks WHERE field = 'ids')
"""


def delete_members(kind: str) -> str:
    """Delete the genres, or directors, of the changed films."""
    tables = MEMBER_TABLES[kind]
    return f"""
DELETE FROM main.{tables.links}
WHERE film_id IN (SELECT film_id FROM staging.plan WHERE film_id <= :last_id)
    AND {tables.condition}
"""


# The following statements work on slices of positions (:after, :until], to show progress and stop.
_LAST_COLUMNS = ("genre_id", "director_id", "label_id", "weighted_rating")
STORE_FILMS = f"""
INSERT INTO main.films (id, {listed(STORED)}, {listed(_LAST_COLUMNS)}, added_at)
SELECT plan.film_id, {listed(STORED)},
    (SELECT number FROM staging.genre_lists WHERE list = genre_list AND place = 0),
    (SELECT number FROM staging.director_lists WHERE list = director_list AND place = 0),
    plan.label_id, {WEIGHTED_RATING}, (SELECT created_at FROM main.batches WHERE id = :batch_id)
FROM staging.plan AS plan JOIN staging.films AS staged USING (position)
WHERE plan.position > :after AND plan.position <= :until AND plan.carries
ORDER BY plan.position
ON CONFLICT (id) DO UPDATE SET {assigned((*STORED, *_LAST_COLUMNS), "excluded")}
"""
STORE_RECORDS = f"""
INSERT INTO main.film_values
    (source_id, external_id, film_id, batch_id, fingerprint, fingerprint_version)
SELECT :source_id, external_id, plan.film_id, :batch_id, fingerprint, {NEWEST_VERSION}
FROM staging.plan AS plan JOIN staging.films AS staged USING (position)
WHERE plan.position > :after AND plan.position <= :until
ORDER BY plan.position
ON CONFLICT (source_id, external_id) DO UPDATE SET {assigned(RECORD_COLUMNS, "excluded")}
"""
# An id that another film already has stays with it.
STORE_IDS = """
INSERT INTO main.film_ids (kind, value, film_id)
SELECT kind, value, plan.film_id
FROM staging.ids JOIN staging.plan AS plan USING (position)
WHERE plan.position > :after AND plan.position <= :until
    AND plan.film_id NOT IN (SELECT film_id FROM main.film_locks WHERE field = 'ids')
ON CONFLICT DO NOTHING
"""


def store_members(kind: str) -> str:
    """Store the genres, or directors, of the films in a slice."""
    tables = MEMBER_TABLES[kind]
    columns = listed((tables.column, "film_id", "position", *tables.constants))
    values = listed(("member.number", "plan.film_id", "place", *tables.constants.values()))
    return f"""
INSERT INTO main.{tables.links} ({columns})
SELECT {values}
FROM staging.plan AS plan
JOIN staging.films AS staged USING (position)
JOIN staging.{kind}_lists AS member ON member.list = staged.{kind}_list
WHERE plan.position > :after AND plan.position <= :until AND plan.carries
ON CONFLICT DO NOTHING
"""


FILMS_STORED = """
SELECT film_id FROM staging.plan WHERE position > :after AND position <= :until AND carries
"""
PLANNED = """
SELECT count(*), coalesce(sum(carries), 0), coalesce(sum(carries AND film_id > :last_id), 0),
    (SELECT count(*) FROM staging.claims) + (SELECT count(*) FROM staging.followers)
FROM staging.plan
"""
LAST_POSITION = "SELECT coalesce(max(position), 0) FROM staging.films"
