"""The columns of films as imports stage and store them, derived from the schema.

Both engines stage and store a new field of `schema.FILM_FACTS` without other changes. What they do
with films stored before it depends on the version of the fingerprint; see `FINGERPRINTED`.
"""

from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table
from sqlalchemy.schema import CreateTable

from kinoteka.database.schema import FILM_FACTS, film_values, films, labels
from kinoteka.database.statement import DIALECTS

STORED = (*FILM_FACTS, "votes")
"""The columns of `films` that hold the values of a record."""

RECORD_COLUMNS = ("film_id", "batch_id", "fingerprint", "fingerprint_version")
"""The columns of `film_values` that every import of a changed record replaces."""

STAGED: tuple[Column[Any], ...] = (
    Column("position", Integer, nullable=False),
    *(Column(name, films.c[name].type, nullable=films.c[name].nullable) for name in STORED),
    Column("external_id", film_values.c.external_id.type, nullable=False),
    Column("label", labels.c.name.type),
    *(Column(name, Integer, nullable=False) for name in ("genre_list", "director_list")),
    *(
        Column(name, film_values.c.fingerprint.type, nullable=False)
        for name in ("fingerprint", "previous_fingerprint")
    ),
)
"""The columns of a staged film, in the order in which staging writes them."""
NAMES = tuple(column.name for column in STAGED)

_COMMON = (
    *("external_id", "title", "original_title", "year", "description", "rating", "votes"),
    *("trailer", "poster", "genres", "directors"),
)
FINGERPRINTED: dict[int, tuple[str, ...]] = {
    2: (*_COMMON, "imdb_id", "tmdb_id", "runtime_minutes"),
    3: (*_COMMON, "runtime_minutes", "ids", "titles", "countries", "credits"),
}
"""The fields that each version of a film's fingerprint covers; a new field makes a new version.

A film stores the version of its fingerprint. An import computes the newest two for each row, and
compares a film by the version that it has. If that is the previous one and the row has not
changed, only the new columns are stored. A row with values for a new list counts as changed, and so
does a film of an older version. The label is not covered, because rules set it and not the row.
The ids of version 2 are among the `ids` of version 3.
"""
NEWEST_VERSION = max(FINGERPRINTED)
UNKNOWN_VERSION = 0
"""The version of a film that the next import stores even if its row has not changed."""
HAS_PREVIOUS = f"""
SELECT EXISTS (
    SELECT 1 FROM film_values AS known JOIN sources ON sources.id = known.source_id
    WHERE sources.name = {{source}} AND known.fingerprint_version = {NEWEST_VERSION - 1}
)
"""
"""Whether films of a source have the previous version of the fingerprint."""
NEW_FIELDS = tuple(
    name for name in FINGERPRINTED[NEWEST_VERSION] if name not in FINGERPRINTED[NEWEST_VERSION - 1]
)
"""The fields that a film of the previous version lacks."""
NEW_COLUMNS = tuple(name for name in NEW_FIELDS if name in STORED)
"""The new fields that are columns of a film's row. The others are lists in tables of their own."""


def create_staged_films(engine: str, table: str, *prefixes: str) -> str:
    """Return the statement that creates the table of staged films."""
    columns = (Column(each.name, each.type, nullable=each.nullable) for each in STAGED)
    staged = Table(table, MetaData(), *columns, prefixes=list(prefixes))
    return str(CreateTable(staged).compile(dialect=DIALECTS[engine]))


def create_combined_films(engine: str, table: str, *prefixes: str, schema: str = "") -> str:
    """Return the statement that creates the table of values to show for staged films."""
    names = ("position", *STORED, "genre_list", "director_list")
    columns = [Column(each.name, each.type) for each in STAGED if each.name in names]
    prefixed, schema_name = list(prefixes), schema or None
    combined = Table(table, MetaData(), *columns, prefixes=prefixed, schema=schema_name)
    return str(CreateTable(combined).compile(dialect=DIALECTS[engine]))


def listed(columns: tuple[str, ...]) -> str:
    """Return column names, separated by commas."""
    return ", ".join(columns)


def assigned(columns: tuple[str, ...], source: str) -> str:
    """Return the assignments of an UPDATE that copies columns from `source`."""
    return ", ".join(f"{name} = {source}.{name}" for name in columns)
