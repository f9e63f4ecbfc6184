"""The schema, once for both engines.

Points in time are integers, milliseconds since 1970 in UTC, and calendar dates are text
(YYYY-MM-DD): both engines' drivers return these values unchanged. Ids are never reused, so that a
stale reference cannot refer to another row.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    SmallInteger,
    Table,
    and_,
    false,
)

from kinoteka.database.chat_tables import chat_members, chats, messages
from kinoteka.database.import_tables import (
    batch_changes,
    batches,
    film_ids,
    film_values,
    import_runs,
    possible_duplicates,
    sources,
)
from kinoteka.database.schema_columns import (
    Id,
    Text,
    id_column,
    metadata,
    partial_index,
    reference,
)

__all__ = [
    "batch_changes",
    "batches",
    "chat_members",
    "chats",
    "film_ids",
    "film_values",
    "import_runs",
    "messages",
    "metadata",
    "possible_duplicates",
    "sources",
]

accounts = Table(
    "accounts",
    metadata,
    id_column(),
    Column("username", Text),
    Column("username_key", Text, unique=True),
    Column("username_skeleton", Text),  # equal for usernames that look alike
    Column("email", Text),
    Column("email_key", Text, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("given_name", Text),
    Column("family_name", Text),
    Column("birthday", Text),
    Column("status", Text),
    Column("phone", Text),
    Column("avatar_file", Text),
    Column("avatar_address", Text),
    reference("favourite_genre_id", "genres.id", on_delete="SET NULL"),
    Column("superuser", Boolean, nullable=False, server_default=false()),
    Column("created_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    CheckConstraint("username_key IS NOT NULL OR email_key IS NOT NULL", name="named"),
    Index("ix_accounts_given_name", "given_name"),
    Index("ix_accounts_family_name", "family_name"),
    sqlite_autoincrement=True,
)
_has_skeleton = accounts.c.username_skeleton.is_not(None)
partial_index("ix_accounts_username_skeleton", _has_skeleton, accounts.c.username_skeleton)
_lacks_skeleton = and_(accounts.c.username_skeleton.is_(None), accounts.c.username_key.is_not(None))
partial_index("ix_accounts_lacks_skeleton", _lacks_skeleton, accounts.c.id)
_disabled = accounts.c.disabled_at.is_not(None)
partial_index("ix_accounts_disabled_at", _disabled, accounts.c.disabled_at)
# For searches of parts of usernames. SQLite scans all usernames.
Index(
    "ix_accounts_username_trigrams",
    accounts.c.username_key,
    postgresql_using="gin",
    postgresql_ops={"username_key": "gin_trgm_ops"},
    info={"engine": "postgresql"},
).ddl_if(dialect="postgresql")

sessions = Table(
    "sessions",
    metadata,
    id_column(),
    reference("account_id", "accounts.id", nullable=False, index=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("refresh_seed", Text, nullable=False),
    Column("refresh_generation", Integer, nullable=False),
    Column("refreshed_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False, index=True),
    *(Column(name, Text, nullable=False) for name in ("address", "user_agent", "method")),
    Column("proved_at", BigInteger),
    Column("began_by", Text),
    sqlite_autoincrement=True,
)

sign_ins = Table(
    "sign_ins",
    metadata,
    id_column(),
    reference("account_id", "accounts.id", nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("success", Boolean, nullable=False),
    Index("ix_sign_ins_account_id_id", "account_id", "id"),
    sqlite_autoincrement=True,
)

roles = Table(
    "roles",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    Column("built_in", Boolean, nullable=False, server_default=false()),
    sqlite_autoincrement=True,
)

role_permissions = Table(
    "role_permissions",
    metadata,
    reference("role_id", "roles.id", primary_key=True),
    Column("permission", Text, primary_key=True),
)

account_roles = Table(
    "account_roles",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    reference("role_id", "roles.id", primary_key=True, index=True),
)

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

directors = Table(
    "directors",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False, unique=True),
    sqlite_autoincrement=True,
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

# genre_id and director_id repeat the first rows of film_genres and film_directors, so that a page
# of films is read from this table and the two tables of names only.
# The indexes cover each order of ids with the labels, so that listing does not read the rows.
films = Table(
    "films",
    metadata,
    id_column(),
    *_film_facts,
    Column("votes", Integer, nullable=False),
    Column("weighted_rating", Float),  # see `weighted_ratings`
    reference("genre_id", "genres.id", on_delete="RESTRICT", nullable=False),
    reference("director_id", "directors.id", on_delete="RESTRICT", nullable=False),
    reference("label_id", "labels.id", on_delete="RESTRICT"),
    # Only operators see a hidden film, whatever its label. label_lost: the film's label before it
    # was hidden is unknown.
    Column("hidden_at", BigInteger),
    Column("label_lost", Boolean, nullable=False, server_default=false()),
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

film_directors = Table(
    "film_directors",
    metadata,
    reference("director_id", "directors.id", on_delete="RESTRICT", primary_key=True),
    reference("film_id", "films.id", primary_key=True, index=True),
    Column("position", SmallInteger, nullable=False),
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
    reference("director_id", "directors.id", primary_key=True),
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

bookmarks = Table(
    "bookmarks",
    metadata,
    reference("account_id", "accounts.id", primary_key=True),
    reference("film_id", "films.id", primary_key=True, index=True),
    Column("created_at", BigInteger, nullable=False),
)

selections = Table(
    "selections",
    metadata,
    id_column(),
    reference("account_id", "accounts.id", index=True),
    Column("source_id", Text, unique=True),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("featured", Boolean, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Index("ix_selections_public_featured_id", "public", "featured", "id"),
    sqlite_autoincrement=True,
)

selection_films = Table(
    "selection_films",
    metadata,
    reference("selection_id", "selections.id", primary_key=True),
    reference("film_id", "films.id", primary_key=True, index=True),
    Column("position", Integer, nullable=False),
)

# Who changed what. Entries have the names of that time and outlive their subjects, so there are no
# foreign keys. `details` is JSON.
audit_entries = Table(
    "audit_entries",
    metadata,
    id_column(),
    Column("at", BigInteger, nullable=False, index=True),
    Column("account_id", Id),
    Column("actor_name", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject_kind", Text, nullable=False),
    Column("subject_id", Id),
    Column("subject_name", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("address", Text, nullable=False),
    Index("ix_audit_entries_account_id_id", "account_id", "id"),
    Index("ix_audit_entries_subject_kind_subject_id_id", "subject_kind", "subject_id", "id"),
    Index("ix_audit_entries_action_id", "action", "id"),
    sqlite_autoincrement=True,
)

# A counter for each kind of cached data. Every transaction that changes such data increases it.
revisions = Table(
    "revisions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

key_fingerprints = Table(
    "key_fingerprints",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
