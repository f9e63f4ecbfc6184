"""The schema, once for both engines.

Points in time are integers, milliseconds since 1970 in UTC, and calendar dates are text
(YYYY-MM-DD): both engines' drivers return these values unchanged. Ids are never reused, so that a
stale reference cannot refer to another row.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    Table,
    and_,
    false,
)

from kinoteka.database.catalogue_schema import (
    FILM_FACTS,
    Department,
    director_counts,
    film_countries,
    film_credits,
    film_directors,
    film_genres,
    film_locks,
    film_sort,
    film_titles,
    films,
    genre_aliases,
    genre_counts,
    genre_names,
    genres,
    labels,
    people,
    person_ids,
    person_names,
    posters,
    rating_prior,
)
from kinoteka.database.chat_tables import chat_members, chats, messages
from kinoteka.database.import_tables import (
    batch_changes,
    batches,
    film_ids,
    film_values,
    import_mappings,
    import_runs,
    possible_duplicates,
    separations,
    sources,
)
from kinoteka.database.job_tables import jobs
from kinoteka.database.redirect_tables import film_redirects, genre_redirects
from kinoteka.database.schema_columns import (
    Id,
    Text,
    id_column,
    metadata,
    partial_index,
    reference,
)

__all__ = [
    "FILM_FACTS",
    "Department",
    "account_roles",
    "accounts",
    "audit_entries",
    "batch_changes",
    "batches",
    "bookmarks",
    "chat_members",
    "chats",
    "director_counts",
    "film_countries",
    "film_credits",
    "film_directors",
    "film_genres",
    "film_ids",
    "film_locks",
    "film_redirects",
    "film_sort",
    "film_titles",
    "film_values",
    "films",
    "genre_aliases",
    "genre_counts",
    "genre_names",
    "genre_redirects",
    "genres",
    "import_mappings",
    "import_runs",
    "jobs",
    "key_fingerprints",
    "labels",
    "messages",
    "metadata",
    "people",
    "person_ids",
    "person_names",
    "possible_duplicates",
    "posters",
    "rating_prior",
    "revisions",
    "role_permissions",
    "roles",
    "selection_films",
    "selections",
    "separations",
    "sessions",
    "sign_ins",
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
    Column("added_at", BigInteger),  # NULL if the film is from before this was stored
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
