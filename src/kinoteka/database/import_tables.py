"""Tables of imports: sources, their records of films, external ids, batches and runs.

A film may have records of several sources. `films` has the values that are shown.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, Table

from kinoteka.database.schema_columns import Id, Text, id_column, metadata, reference

# The data sets that films come from, and "by hand". If several sources have a value for a field,
# the one with the lowest rank is shown.
sources = Table(
    "sources",
    metadata,
    id_column(),
    Column("name", Text, nullable=False, unique=True),
    Column("rank", Integer, nullable=False),
    sqlite_autoincrement=True,
)

# The record that a source has of a film. `record` is JSON. It is NULL while the film has no other
# record and no locked field, because the film's row then has all values. `batch_id` is the latest
# import that changed the record, NULL for films that were added by hand or before there were
# batches. It has no foreign key, because batches are never deleted.
film_values = Table(
    "film_values",
    metadata,
    reference("source_id", "sources.id", on_delete="RESTRICT", primary_key=True),
    Column("external_id", Text, primary_key=True),
    reference("film_id", "films.id", nullable=False, index=True),
    Column("batch_id", Id),
    Column("fingerprint", BigInteger, nullable=False),
    Column("fingerprint_version", SmallInteger, nullable=False),
    Column("record", Text),
    sqlite_with_rowid=False,
)

# The ids of films on other sites: imdb (tt0133093), tmdb (603), kinopoisk, wikidata, …
film_ids = Table(
    "film_ids",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    reference("film_id", "films.id", nullable=False, index=True),
    sqlite_with_rowid=False,
)

# Films that may be the same. Imports add the pairs that they did not join because the evidence is
# ambiguous. `film_id` is the smaller id. `reason` says what the films have in common: ids, people
# or title. `dismissed_at` is set if an operator has decided that the films are different.
possible_duplicates = Table(
    "possible_duplicates",
    metadata,
    reference("film_id", "films.id", primary_key=True),
    reference("other_id", "films.id", primary_key=True, index=True),
    Column("reason", Text, nullable=False),
    Column("dismissed_at", BigInteger),
    sqlite_with_rowid=False,
)

# Films that records do not belong to, as operators decided when they split a film or compared two.
# Imports never join the record to the film. The record may not exist at the moment.
separations = Table(
    "separations",
    metadata,
    reference("source_id", "sources.id", on_delete="RESTRICT", primary_key=True),
    Column("external_id", Text, primary_key=True),
    reference("film_id", "films.id", primary_key=True, index=True),
    sqlite_with_rowid=False,
)

# The imports that changed something.
batches = Table(
    "batches",
    metadata,
    id_column(),
    reference("source_id", "sources.id", on_delete="RESTRICT", nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("undone_at", BigInteger),
    *(
        Column(name, Integer, nullable=False, server_default="0")
        for name in ("added", "joined", "changed")
    ),
    sqlite_autoincrement=True,
)

# The records that a batch changed. `before` is JSON: the values that the batch replaced.
batch_changes = Table(
    "batch_changes",
    metadata,
    reference("batch_id", "batches.id", primary_key=True),
    Column("source_id", Id, primary_key=True, autoincrement=False),
    Column("external_id", Text, primary_key=True),
    Column("before", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Imports that were started on the site. `files` and `report` are JSON. A run outlives the account
# that started it.
import_runs = Table(
    "import_runs",
    metadata,
    id_column(),
    Column("account_id", Id),
    Column("format", Text, nullable=False),
    Column("files", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("finished_at", BigInteger),
    *(
        Column(name, Integer, nullable=False, server_default="0")
        for name in ("read", "added", "changed", "unchanged", "refused")
    ),
    Column("report", Text),
    Index("ix_import_runs_state_id", "state", "id"),
    sqlite_autoincrement=True,
)

# Mappings and options of imports that operators saved. `mapping` and `options` are JSON.
import_mappings = Table(
    "import_mappings",
    metadata,
    Column("name", Text, primary_key=True),
    Column("mapping", Text, nullable=False),
    Column("options", Text, nullable=False),
)
