"""The tables of the catalogue: films and what belongs to them. `schema` has the others."""

from enum import IntEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    SmallInteger,
    Table,
    false,
    literal_column,
    select,
)

from kinoteka.database.schema_columns import (
    Id,
    Text,
    id_column,
    metadata,
    partial_index,
    reference,
)


class Department(IntEnum):
    """What a person did in a film. The values are stored."""

    DIRECTING = 1
    WRITING = 2
    ACTING = 3
    PRODUCTION = 4
    CAMERA = 5
    MUSIC = 6
    EDITING = 7
    CREW = 8


labels = Table(
    "labels",
    metadata,
    id_column(),
    Column("name", Text, nullable=False, unique=True),
    sqlite_autoincrement=True,
)

genres = Table(
    "genres",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    sqlite_autoincrement=True,
)

# Names by which imports and operators may call a genre, as keys without case, accents and signs.
genre_aliases = Table(
    "genre_aliases",
    metadata,
    Column("alias_key", Text, primary_key=True),
    reference("genre_id", "genres.id", nullable=False, index=True),
    sqlite_with_rowid=False,
)

genre_names = Table(
    "genre_names",
    metadata,
    reference("genre_id", "genres.id", primary_key=True),
    Column("language", Text, primary_key=True),
    Column("name", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Several people may have one name. sort_key is the name without case and accents.
people = Table(
    "people",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, index=True),
    Column("sort_key", Text, nullable=False, index=True),
    sqlite_autoincrement=True,
)

# The ids of people on other sites, by the site (imdb, tmdb …).
person_ids = Table(
    "person_ids",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    reference("person_id", "people.id", nullable=False, index=True),
    sqlite_with_rowid=False,
)

person_names = Table(
    "person_names",
    metadata,
    reference("person_id", "people.id", primary_key=True),
    Column("language", Text, primary_key=True),
    Column("name", Text, nullable=False),
    sqlite_with_rowid=False,
)

# The fields of a film that imports fill and operators edit, in the order of `FilmFacts`.
_film_facts: tuple[Column[Any], ...] = (
    Column("title", Text, nullable=False),
    Column("original_title", Text),
    Column("description", Text, nullable=False),
    Column("year", SmallInteger),
    Column("rating", Float),
    Column("runtime_minutes", Integer),
    Column("trailer", Text),
    Column("poster", Text),
)
RATING_ORDER = ("rating", "votes", "id", "label_id", "hidden_at")
FILM_FACTS: tuple[str, ...] = tuple(column.name for column in _film_facts)

# genre_id and director_id repeat the first genre and the first director, so that a page of films
# is read from this table and the two tables of names only.
# The indexes cover each order of ids with the labels, so that listing does not read the rows.
films = Table(
    "films",
    metadata,
    id_column(),
    *_film_facts,
    Column("votes", Integer, nullable=False),
    Column("weighted_rating", Float),  # see `weighted_ratings`
    reference("genre_id", "genres.id", on_delete="RESTRICT", nullable=False),
    reference("director_id", "people.id", on_delete="RESTRICT", nullable=False),
    reference("label_id", "labels.id", on_delete="RESTRICT"),
    # Only operators see a hidden film, whatever its label. label_lost: the film's label before it
    # was hidden is unknown.
    Column("hidden_at", BigInteger),
    Column("label_lost", Boolean, nullable=False, server_default=false()),
    Column("added_at", BigInteger),  # NULL if the film is from before this was stored
    Index("ix_films_year_id_label_id_hidden_at", "year", "id", "label_id", "hidden_at"),
    Index("ix_films_label_id_id_hidden_at", "label_id", "id", "hidden_at"),
    Index("ix_films_weighted_rating", "weighted_rating", *RATING_ORDER),
    sqlite_autoincrement=True,
)
_hidden = films.c.hidden_at.is_not(None)
partial_index("ix_films_hidden", _hidden, films.c.id)

# The mean rating of all films, and the number of votes that it counts as. At most one row.
rating_prior = Table(
    "rating_prior",
    metadata,
    Column("votes", Integer, primary_key=True, autoincrement=False),
    Column("mean", Float, nullable=False),
)

# The fields that operators have edited. Imports do not change them.
film_locks = Table(
    "film_locks",
    metadata,
    reference("film_id", "films.id", primary_key=True),
    Column("field", Text, primary_key=True),
    sqlite_with_rowid=False,
)

film_genres = Table(
    "film_genres",
    metadata,
    reference("genre_id", "genres.id", on_delete="RESTRICT", primary_key=True),
    reference("film_id", "films.id", primary_key=True, index=True),
    Column("position", SmallInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What people did in a film. `department` is a `Department`. A person has one credit in each
# department of a film, with the roles in one text.
film_credits = Table(
    "credits",
    metadata,
    reference("film_id", "films.id", primary_key=True),
    Column("department", SmallInteger, primary_key=True, autoincrement=False),
    Column("position", SmallInteger, primary_key=True, autoincrement=False),
    reference("person_id", "people.id", on_delete="RESTRICT", nullable=False),
    Column("role", Text),
    Index(
        "ix_credits_person_id_department_film_id", "person_id", "department", "film_id", unique=True
    ),
    sqlite_with_rowid=False,
)

film_directors = (
    select(
        film_credits.c.person_id.label("director_id"),
        film_credits.c.film_id,
        film_credits.c.position,
    )
    .where(film_credits.c.department == literal_column(str(Department.DIRECTING.value)))
    .subquery("film_directors")
)
"""The directing credits, with the columns that film_genres has for genres."""

# `language` is a code, or empty if it is unknown; `kind` is translation, original or alternative.
film_titles = Table(
    "film_titles",
    metadata,
    reference("film_id", "films.id", primary_key=True),
    Column("position", SmallInteger, primary_key=True, autoincrement=False),
    Column("language", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    sqlite_with_rowid=False,
)

# The keys by which films are sorted by title, by the reader's language (`film_sort`).
film_sort = Table(
    "film_sort",
    metadata,
    reference("film_id", "films.id", primary_key=True),
    Column("language", Text, primary_key=True),
    Column("key", Text, nullable=False),
    sqlite_with_rowid=False,
)

# `country` is a code of ISO 3166-1 (two letters).
film_countries = Table(
    "film_countries",
    metadata,
    reference("film_id", "films.id", primary_key=True),
    Column("country", Text, primary_key=True),
    Column("position", SmallInteger, nullable=False),
    Index("ix_film_countries_country_film_id", "country", "film_id"),
    sqlite_with_rowid=False,
)

# The number of films of a genre or director under each label (0: no label, -1: hidden films). With
# it, a list skips genres without visible films and does not count films. label_id has no foreign
# key, because 0 and -1 are not ids of labels.
genre_counts = Table(
    "genre_counts",
    metadata,
    reference("genre_id", "genres.id", primary_key=True),
    Column("label_id", Id, primary_key=True, autoincrement=False),
    Column("films", Integer, nullable=False),
    sqlite_with_rowid=False,
)

director_counts = Table(
    "director_counts",
    metadata,
    reference("director_id", "people.id", primary_key=True),
    Column("label_id", Id, primary_key=True, autoincrement=False),
    Column("films", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# The stored posters of films. `address` is where a poster was fetched, NULL for an uploaded one.
# The names of files are NULL if fetching failed. film_id has no foreign key, because the files of a
# deleted film must be deleted, too, which pruning does.
posters = Table(
    "posters",
    metadata,
    Column("film_id", Id, primary_key=True, autoincrement=False),
    Column("address", Text),
    Column("small_file", Text),
    Column("large_file", Text),
    Column("bytes", Integer, nullable=False),
    Column("checked_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=False, index=True),
)
