"""Statements that stage films and apply what is staged.

Hand-written for SQLite: a million films pass through these, mostly from table to table. The
staging database is attached as `staging`; `main` is the catalogue's own.
"""

# --- Staging: a database file of its own, filled while the files are read. -------------------

# Nobody needs this file after a crash, so nothing is spent on surviving one.
CREATE_STAGING = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16384;
CREATE TABLE films (
    position INTEGER PRIMARY KEY,
    external_id TEXT NOT NULL,
    title TEXT NOT NULL,
    original_title TEXT,
    year INTEGER,
    description TEXT NOT NULL,
    rating REAL,
    votes INTEGER NOT NULL,
    trailer TEXT,
    poster TEXT,
    label TEXT,
    imdb_id TEXT,
    tmdb_id INTEGER,
    genre_list INTEGER NOT NULL,
    director_list INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL
);
CREATE TABLE genres (number INTEGER PRIMARY KEY, name TEXT, name_key TEXT);
CREATE TABLE directors (number INTEGER PRIMARY KEY, name TEXT, name_key TEXT);
CREATE TABLE genre_lists (list INTEGER, place INTEGER, number INTEGER,
    PRIMARY KEY (list, place)) WITHOUT ROWID;
CREATE TABLE director_lists (list INTEGER, place INTEGER, number INTEGER,
    PRIMARY KEY (list, place)) WITHOUT ROWID;
CREATE TABLE plan (position INTEGER PRIMARY KEY, film_id INTEGER NOT NULL, label_id INTEGER);
"""
# A list of genres, or of directors, is one that many films share: few are staged.
# plan: what is to be stored, new and changed films alike, under which id and label.

STAGE_FILM = "INSERT INTO films VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"


def stage_name(kind: str) -> str:
    """Keep a name with its key (`kind` is genre or director)."""
    return f"INSERT INTO {kind}s VALUES (?, ?, ?)"


def stage_list(kind: str) -> str:
    """Keep a place of a list."""
    return f"INSERT INTO {kind}_lists VALUES (?, ?, ?)"


FORGET_FILMS = "DELETE FROM films WHERE position > ?"


def forget_names(kind: str) -> str:
    """Forget the names above a number."""
    return f"DELETE FROM {kind}s WHERE number > ?"


INDEX_STAGED_IDS = "CREATE INDEX films_external_id ON films (external_id)"
DELETE_REPEATED = """
DELETE FROM films WHERE external_id IN
    (SELECT external_id FROM films GROUP BY external_id HAVING count(*) > 1)
  AND position <
    (SELECT max(position) FROM films AS later WHERE later.external_id = films.external_id)
"""

# --- Applying: one transaction on the catalogue. ---------------------------------------------

COUNT_STAGED = "SELECT count(*) FROM staging.films"

INSERT_LABEL = """
INSERT INTO main.labels (name) SELECT :name WHERE NOT EXISTS
    (SELECT 1 FROM main.labels WHERE name = :name)
"""

# Labels: with rules (:ruled, a JSON array of the labels that they name), a film gets what they
# say unless it has another label, which somebody has set by hand. Without, it keeps what it has.
_KNOWN = """
WITH ruled AS MATERIALIZED
    (SELECT id, name FROM main.labels WHERE name IN (SELECT value FROM json_each(:ruled))),
known AS (
    SELECT staged.position, film.id,
        film.fingerprint <> staged.fingerprint AS differs,
        film.label_id,
        CASE WHEN json_array_length(:ruled) = 0
            OR film.label_id NOT IN (SELECT id FROM ruled) THEN film.label_id
            ELSE (SELECT id FROM ruled WHERE name = staged.label)
        END AS new_label_id
    FROM staging.films AS staged
    JOIN main.films AS film ON film.source = :source AND film.external_id = staged.external_id
)
"""
PLAN_CHANGED = f"""{_KNOWN}
INSERT INTO staging.plan (position, film_id, label_id)
SELECT position, id, new_label_id FROM known WHERE differs
"""
# Of a film that is the same nothing else is touched: it may have been edited by hand.
RELABEL = f"""{_KNOWN}
UPDATE main.films SET label_id = known.new_label_id FROM known
WHERE films.id = known.id AND NOT differs AND new_label_id IS NOT known.label_id
"""
LAST_FILM_ID = "SELECT coalesce((SELECT seq FROM main.sqlite_sequence WHERE name = 'films'), 0)"
PLAN_ADDED = """
INSERT INTO staging.plan (position, film_id, label_id)
SELECT position, :last_id + row_number() OVER (ORDER BY position),
    (SELECT id FROM main.labels WHERE name = label)
FROM staging.films AS staged
WHERE NOT EXISTS (
    SELECT 1 FROM main.films AS film
    WHERE film.source = :source AND film.external_id = staged.external_id
)
"""


def insert_names(kind: str) -> str:
    """Add the staged names that the catalogue lacks, in the order in which they came."""
    # No ON CONFLICT: it would use up an id each time.
    return f"""
INSERT INTO main.{kind}s (name, name_key)
SELECT name, name_key
FROM (SELECT min(number) AS number, name, name_key FROM staging.{kind}s GROUP BY name_key) AS new
WHERE NOT EXISTS (SELECT 1 FROM main.{kind}s AS known WHERE known.name_key = new.name_key)
ORDER BY number
"""


def identify_names(kind: str) -> str:
    """Put the catalogue's ids in the place of the numbers."""
    return f"""
UPDATE staging.{kind}_lists SET number = (
    SELECT known.id FROM staging.{kind}s AS staged
    JOIN main.{kind}s AS known ON known.name_key = staged.name_key
    WHERE staged.number = {kind}_lists.number
)
"""


DELETE_GENRES = """
DELETE FROM main.film_genres
WHERE film_id IN (SELECT film_id FROM staging.plan WHERE film_id <= :last_id)
"""
DELETE_DIRECTORS = DELETE_GENRES.replace("film_genres", "film_directors")

# The rest goes in slices of positions (:after, :until], so that it can be watched and stopped.
STORE_FILMS = """
INSERT INTO main.films (id, source, external_id, title, original_title, description, trailer,
    poster, year, rating, votes, imdb_id, tmdb_id, genre_id, director_id, label_id, fingerprint)
SELECT plan.film_id, :source, external_id, title, original_title, description, trailer,
    poster, year, rating, votes, imdb_id, tmdb_id,
    (SELECT number FROM staging.genre_lists WHERE list = genre_list AND place = 0),
    (SELECT number FROM staging.director_lists WHERE list = director_list AND place = 0),
    plan.label_id, fingerprint
FROM staging.plan AS plan JOIN staging.films AS staged USING (position)
WHERE plan.position > :after AND plan.position <= :until
ORDER BY plan.position
ON CONFLICT (id) DO UPDATE SET title = excluded.title, original_title = excluded.original_title,
    description = excluded.description, trailer = excluded.trailer, poster = excluded.poster,
    year = excluded.year, rating = excluded.rating, votes = excluded.votes,
    imdb_id = excluded.imdb_id, tmdb_id = excluded.tmdb_id,
    genre_id = excluded.genre_id, director_id = excluded.director_id,
    label_id = excluded.label_id, fingerprint = excluded.fingerprint
"""


def store_members(kind: str) -> str:
    """Connect the films to their genres, or to their directors (`kind` in the singular)."""
    return f"""
INSERT INTO main.film_{kind}s ({kind}_id, film_id, position)
SELECT member.number, plan.film_id, place
FROM staging.plan AS plan
JOIN staging.films AS staged USING (position)
JOIN staging.{kind}_lists AS member ON member.list = staged.{kind}_list
WHERE plan.position > :after AND plan.position <= :until
"""


SEARCHABLE = """
SELECT plan.film_id, title, original_title, votes
FROM staging.plan AS plan JOIN staging.films AS staged USING (position)
WHERE plan.position > :after AND plan.position <= :until
"""
PLANNED = "SELECT count(*), coalesce(sum(film_id > :last_id), 0) FROM staging.plan"
LAST_POSITION = "SELECT coalesce(max(position), 0) FROM staging.films"
