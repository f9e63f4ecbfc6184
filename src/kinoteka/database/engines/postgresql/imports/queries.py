"""Statements that stage films and apply what is staged.

Hand-written for PostgreSQL: a million films pass through these, mostly from table to table. What
is staged lies in temporary tables, whose names begin with `staged_`.
"""

# --- Staging: temporary tables, filled while the files are read. -----------------------------

FILM_TYPES = (
    *("int4", "text", "text", "text", "int2", "text", "float8", "int4", "text", "text", "text"),
    *("text", "int8", "int4", "int4", "int8"),
)
NAME_TYPES = ("int4", "text", "text")
LIST_TYPES = ("int4", "int2", "int4")

CREATE_STAGING = """
CREATE TEMPORARY TABLE staged_films (
    position INTEGER NOT NULL,
    external_id TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    original_title TEXT COLLATE "C",
    year SMALLINT,
    description TEXT COLLATE "C" NOT NULL,
    rating DOUBLE PRECISION,
    votes INTEGER NOT NULL,
    trailer TEXT COLLATE "C",
    poster TEXT COLLATE "C",
    label TEXT COLLATE "C",
    imdb_id TEXT COLLATE "C",
    tmdb_id BIGINT,
    genre_list INTEGER NOT NULL,
    director_list INTEGER NOT NULL,
    fingerprint BIGINT NOT NULL
);
CREATE TEMPORARY TABLE staged_genres (number INTEGER, name TEXT COLLATE "C",
    name_key TEXT COLLATE "C");
CREATE TEMPORARY TABLE staged_directors (LIKE staged_genres);
CREATE TEMPORARY TABLE staged_genre_lists (list INTEGER, place SMALLINT, number INTEGER);
CREATE TEMPORARY TABLE staged_director_lists (LIKE staged_genre_lists);
"""
# A list of genres, or of directors, is one that many films share: few are staged.

FORGET_FILMS = "DELETE FROM staged_films WHERE position > %(after)s"


def forget_names(kind: str) -> str:
    """Forget the names above a number."""
    return f"DELETE FROM staged_{kind}s WHERE number > %(after)s"


DELETE_REPEATED = """
DELETE FROM staged_films AS staged
USING (
    SELECT external_id, max(position) AS last FROM staged_films
    GROUP BY external_id HAVING count(*) > 1
) AS repeated
WHERE staged.external_id = repeated.external_id AND staged.position < repeated.last
"""
# Temporary tables get no statistics by themselves, and are read in the order of positions.
INDEX_STAGED = """
ALTER TABLE staged_films ADD PRIMARY KEY (position);
ANALYZE staged_films (position, external_id, label, genre_list, director_list), staged_genres,
    staged_directors, staged_genre_lists, staged_director_lists
"""
DROP_STAGING = """
DROP TABLE IF EXISTS staged_films, staged_genres, staged_directors, staged_genre_lists,
    staged_director_lists
"""

# --- Applying: one transaction on the catalogue. ---------------------------------------------

# No ON CONFLICT alone: it would use up an id each time.
INSERT_LABEL = """
INSERT INTO labels (name) SELECT %(name)s WHERE NOT EXISTS
    (SELECT 1 FROM labels WHERE name = %(name)s)
ON CONFLICT (name) DO NOTHING
"""
# As foreign keys would: films go under labels that stay.
HOLD_LABELS = "SELECT id FROM labels ORDER BY id FOR KEY SHARE"
NAMES = ("genres", "directors")


def last_id(table: str) -> str:
    """The highest id that the table has had."""
    sequence = f"pg_get_serial_sequence('{table}', 'id')"
    return f"SELECT greatest((SELECT max(id) FROM {table}), pg_sequence_last_value({sequence}), 0)"


def set_last_id(table: str) -> str:
    """Let the ids that the sequence gives go on behind those that were given here.

    To be done last: a sequence is not rolled back.
    """
    return (
        f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), last)"
        f" FROM ({last_id(table)}) AS known (last) WHERE last > 0"
    )


CREATE_PLAN = """
CREATE TEMPORARY TABLE staged_plan (
    position INTEGER PRIMARY KEY, film_id BIGINT NOT NULL, label_id BIGINT
) ON COMMIT DROP
"""
ANALYZE_PLAN = "ANALYZE staged_plan"
# Labels: with rules (%(ruled)s, the labels that they name), a film gets what they say unless it
# has another label, which somebody has set by hand. Without, it keeps what it has.
_KNOWN = """
WITH ruled AS MATERIALIZED (SELECT id, name FROM labels WHERE name = ANY(%(ruled)s::TEXT[])),
known AS (
    SELECT staged.position, film.id,
        film.fingerprint <> staged.fingerprint AS differs,
        film.label_id,
        CASE WHEN NOT %(by_rules)s OR film.label_id NOT IN (SELECT id FROM ruled)
            THEN film.label_id ELSE ruled.id
        END AS new_label_id
    FROM staged_films AS staged
    JOIN films AS film ON film.source = %(source)s AND film.external_id = staged.external_id
    LEFT JOIN ruled ON ruled.name = staged.label
)
"""
PLAN_CHANGED = f"""{_KNOWN}
INSERT INTO staged_plan (position, film_id, label_id)
SELECT position, id, new_label_id FROM known WHERE differs
"""
# Of a film that is the same nothing else is touched: it may have been edited by hand.
RELABEL = f"""{_KNOWN}
UPDATE films SET label_id = known.new_label_id FROM known
WHERE films.id = known.id AND NOT differs AND new_label_id IS DISTINCT FROM known.label_id
"""
UNPLAN_CHANGED = "DELETE FROM staged_plan WHERE film_id <= %(last_id)s"
PLAN_ADDED = """
INSERT INTO staged_plan (position, film_id, label_id)
SELECT position, %(last_id)s + row_number() OVER (ORDER BY position), labels.id
FROM staged_films AS staged LEFT JOIN labels ON labels.name = staged.label
WHERE NOT EXISTS (
    SELECT 1 FROM films AS film
    WHERE film.source = %(source)s AND film.external_id = staged.external_id
)
ORDER BY position
"""
COUNT_STAGED = "SELECT count(*) FROM staged_films"
PLANNED = "SELECT count(*), count(*) FILTER (WHERE film_id > %(last_id)s) FROM staged_plan"
LAST_POSITION = "SELECT coalesce(max(position), 0) FROM staged_plan"


def insert_names(kind: str) -> str:
    """Add the staged names that the catalogue lacks, in the order in which they came."""
    return f"""
INSERT INTO {kind}s (id, name, name_key)
SELECT %(last_id)s + row_number() OVER (ORDER BY number), name, name_key
FROM (
    SELECT DISTINCT ON (name_key) number, name, name_key FROM staged_{kind}s
    ORDER BY name_key, number
) AS new
WHERE NOT EXISTS (SELECT 1 FROM {kind}s AS known WHERE known.name_key = new.name_key)
ORDER BY number
"""


def identify_members(kind: str) -> str:
    """Lay out the lists with the catalogue's ids in the place of the numbers."""
    return f"""
CREATE TEMPORARY TABLE staged_{kind}_members ON COMMIT DROP AS
SELECT list, place, known.id
FROM staged_{kind}_lists
JOIN staged_{kind}s AS staged USING (number)
JOIN {kind}s AS known ON known.name_key = staged.name_key
ORDER BY list, place;
ALTER TABLE staged_{kind}_members ADD PRIMARY KEY (list, place);
ANALYZE staged_{kind}_members
"""


# The rest goes in slices of positions (%(after)s, %(until)s], so that it can be watched.
_PLANNED_FILMS = """
FROM staged_plan AS plan
JOIN staged_films AS staged USING (position)
JOIN staged_genre_members AS genre ON genre.list = staged.genre_list AND genre.place = 0
JOIN staged_director_members AS director
    ON director.list = staged.director_list AND director.place = 0
WHERE plan.position > %(after)s AND plan.position <= %(until)s
"""
INSERT_FILMS = f"""
INSERT INTO films (id, source, external_id, title, original_title, description, trailer,
    poster, year, rating, votes, imdb_id, tmdb_id, genre_id, director_id, label_id, fingerprint)
SELECT plan.film_id, %(source)s, external_id, title, original_title, description, trailer,
    poster, year, rating, votes, imdb_id, tmdb_id, genre.id, director.id, plan.label_id, fingerprint
{_PLANNED_FILMS} AND plan.film_id > %(last_id)s
ORDER BY plan.position
"""
UPDATE_FILMS = f"""
UPDATE films SET title = new.title, original_title = new.original_title,
    description = new.description, trailer = new.trailer, poster = new.poster,
    year = new.year, rating = new.rating, votes = new.votes,
    imdb_id = new.imdb_id, tmdb_id = new.tmdb_id,
    genre_id = new.genre_id, director_id = new.director_id,
    label_id = CASE WHEN %(by_rules)s THEN new.new_label_id ELSE films.label_id END,
    fingerprint = new.fingerprint
FROM (
    SELECT plan.film_id, plan.label_id AS new_label_id, staged.*,
        genre.id AS genre_id, director.id AS director_id
    {_PLANNED_FILMS} AND plan.film_id <= %(last_id)s
) AS new
WHERE films.id = new.film_id
"""


def _in_slice(new: bool) -> str:
    side = ">" if new else "<="
    return (
        "plan.position > %(after)s AND plan.position <= %(until)s"
        f" AND plan.film_id {side} %(last_id)s"
    )


def store_members(kind: str, *, new: bool) -> str:
    """Connect the new films, or the changed ones, to their genres, or to their directors."""
    still_there = "" if new else "JOIN films ON films.id = plan.film_id"
    return f"""
INSERT INTO film_{kind}s ({kind}_id, film_id, position)
SELECT member.id, plan.film_id, place
FROM staged_plan AS plan
{still_there}
JOIN staged_films AS staged USING (position)
JOIN staged_{kind}_members AS member ON member.list = staged.{kind}_list
WHERE {_in_slice(new)}
"""


def delete_members(kind: str) -> str:
    """Take the changed films of a slice from their genres, or from their directors."""
    return f"""
DELETE FROM film_{kind}s USING staged_plan AS plan
WHERE film_{kind}s.film_id = plan.film_id AND {_in_slice(new=False)}
"""


def searchable(*, new: bool) -> str:
    """What the search index needs of a slice."""
    return f"""
SELECT plan.film_id, title, original_title, votes
FROM staged_plan AS plan JOIN staged_films AS staged USING (position)
WHERE {_in_slice(new)}
"""


# Whoever changes films or labels raises these first, in this order.
LOCK_REVISIONS = """
SELECT name FROM revisions WHERE name = ANY(%(names)s::TEXT[]) ORDER BY name FOR UPDATE
"""

FILLED = (
    *("films", "film_genres", "film_directors", "genres", "directors", "genre_counts"),
    *("director_counts", "search_films", "search_words", "search_trigrams"),
)
"""The tables that an import fills."""
