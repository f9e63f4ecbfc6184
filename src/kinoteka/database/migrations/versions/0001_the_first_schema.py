"""The first schema"""

import sqlalchemy as sa
from alembic import op

SEARCH = (
    """CREATE VIRTUAL TABLE search_titles USING fts5(
    terms, content='', columnsize=0, detail=none, prefix='1 2 3',
    tokenize="ascii tokenchars '_!#$%&()*+,./:;<=>?@[\\]^{|}~-'")""",
    "INSERT INTO search_titles (search_titles, rank) VALUES ('automerge', 0)",
    "INSERT INTO search_titles (search_titles, rank) VALUES ('crisismerge', 64)",
    "INSERT INTO search_titles (search_titles, rank) VALUES ('hashsize', 16777216)",
    """CREATE TABLE search_films (
    film_id INTEGER PRIMARY KEY, position INTEGER NOT NULL, words TEXT NOT NULL)""",
    """CREATE TABLE search_words (
    id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, times INTEGER NOT NULL)""",
    """CREATE TABLE search_trigrams (
    trigram TEXT, first_id INTEGER, words BLOB NOT NULL,
    PRIMARY KEY (trigram, first_id)) WITHOUT ROWID""",
)

POSTGRESQL_SEARCH = (
    """CREATE TABLE search_films (
    film_id BIGINT NOT NULL, tier SMALLINT NOT NULL, position BIGINT NOT NULL,
    words TEXT COLLATE "C" NOT NULL, terms TSVECTOR NOT NULL) PARTITION BY LIST (tier)""",
    *(
        f"CREATE TABLE search_films_{tier} PARTITION OF search_films FOR VALUES IN ({tier})"
        for tier in range(8)
    ),
    "CREATE INDEX ix_search_films_film_id ON search_films (film_id)",
    """CREATE INDEX ix_search_films_terms ON search_films
    USING gin (terms) WITH (gin_pending_list_limit = 1024)""",
    """CREATE TABLE search_tiers (
    tier SMALLINT PRIMARY KEY, first_position BIGINT NOT NULL)""",
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    """CREATE TABLE search_words (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    word TEXT COLLATE "C" NOT NULL UNIQUE, times INTEGER NOT NULL) WITH (fillfactor = 70)""",
    """CREATE INDEX ix_search_words_word_trigrams ON search_words
    USING gin (word gin_trgm_ops) WITH (gin_pending_list_limit = 1024)""",
    """CREATE TABLE search_trigrams (
    trigram TEXT COLLATE "C" PRIMARY KEY, words INTEGER NOT NULL)""",
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# Compared by code points, as SQLite does.
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _create_catalogue()
    _create_accounts()
    _create_library()
    _create_chats()
    op.create_table(
        "revisions",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_revisions")),
    )
    for statement in SEARCH if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_SEARCH:
        op.get_bind().exec_driver_sql(statement)  # as it is: SQL of one engine, colons and all
    _seed()


def _reference(
    table: str, column: str, target: str, on_delete: str = "CASCADE"
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name, ondelete=on_delete)


def _create_catalogue() -> None:
    """Films, their genres, directors and labels, and how many there are of each."""
    op.create_table(
        "labels",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
        sa.UniqueConstraint("name", name=op.f("uq_labels_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "genres",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_genres")),
        sa.UniqueConstraint("name_key", name=op.f("uq_genres_name_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "directors",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directors")),
        sa.UniqueConstraint("name_key", name=op.f("uq_directors_name_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "films",
        sa.Column("id", ID, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("original_title", TEXT),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("trailer", TEXT),
        sa.Column("poster", TEXT),
        sa.Column("year", sa.SmallInteger()),
        sa.Column("rating", sa.Float()),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("imdb_id", TEXT),
        sa.Column("tmdb_id", sa.BigInteger()),
        sa.Column("genre_id", ID, nullable=False),
        sa.Column("director_id", ID, nullable=False),
        sa.Column("label_id", ID),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        _reference("films", "director_id", "directors", "RESTRICT"),
        _reference("films", "genre_id", "genres", "RESTRICT"),
        _reference("films", "label_id", "labels", "RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_films")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_films_source_external_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_films_label_id_id", "films", ["label_id", "id"])
    op.create_index("ix_films_year_id_label_id", "films", ["year", "id", "label_id"])
    op.create_table(
        "film_genres",
        sa.Column("genre_id", ID, nullable=False),
        sa.Column("film_id", ID, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        _reference("film_genres", "film_id", "films"),
        _reference("film_genres", "genre_id", "genres", "RESTRICT"),
        sa.PrimaryKeyConstraint("genre_id", "film_id", name=op.f("pk_film_genres")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_film_genres_film_id", "film_genres", ["film_id"])
    op.create_table(
        "film_directors",
        sa.Column("director_id", ID, nullable=False),
        sa.Column("film_id", ID, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        _reference("film_directors", "director_id", "directors", "RESTRICT"),
        _reference("film_directors", "film_id", "films"),
        sa.PrimaryKeyConstraint("director_id", "film_id", name=op.f("pk_film_directors")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_film_directors_film_id", "film_directors", ["film_id"])
    op.create_table(
        "genre_counts",
        sa.Column("genre_id", ID, nullable=False),
        sa.Column("label_id", ID, autoincrement=False, nullable=False),
        sa.Column("films", sa.Integer(), nullable=False),
        _reference("genre_counts", "genre_id", "genres"),
        sa.PrimaryKeyConstraint("genre_id", "label_id", name=op.f("pk_genre_counts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "director_counts",
        sa.Column("director_id", ID, nullable=False),
        sa.Column("label_id", ID, autoincrement=False, nullable=False),
        sa.Column("films", sa.Integer(), nullable=False),
        _reference("director_counts", "director_id", "directors"),
        sa.PrimaryKeyConstraint("director_id", "label_id", name=op.f("pk_director_counts")),
        sqlite_with_rowid=False,
    )


def _create_accounts() -> None:
    """Accounts, roles, sessions, and the history of sign-ins."""
    op.create_table(
        "accounts",
        sa.Column("id", ID, nullable=False),
        sa.Column("username", TEXT),
        sa.Column("username_key", TEXT),
        sa.Column("email", TEXT),
        sa.Column("email_key", TEXT),
        sa.Column("password_hash", TEXT, nullable=False),
        sa.Column("given_name", TEXT),
        sa.Column("family_name", TEXT),
        sa.Column("birthday", TEXT),
        sa.Column("status", TEXT),
        sa.Column("phone", TEXT),
        sa.Column("avatar_file", TEXT),
        sa.Column("avatar_address", TEXT),
        sa.Column("favourite_genre_id", ID),
        sa.Column("superuser", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "username_key IS NOT NULL OR email_key IS NOT NULL", name=op.f("ck_accounts_named")
        ),
        _reference("accounts", "favourite_genre_id", "genres", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email_key", name=op.f("uq_accounts_email_key")),
        sa.UniqueConstraint("username_key", name=op.f("uq_accounts_username_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "roles",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("built_in", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sa.UniqueConstraint("name_key", name=op.f("uq_roles_name_key")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "role_permissions",
        sa.Column("role_id", ID, nullable=False),
        sa.Column("permission", TEXT, nullable=False),
        _reference("role_permissions", "role_id", "roles"),
        sa.PrimaryKeyConstraint("role_id", "permission", name=op.f("pk_role_permissions")),
    )
    op.create_table(
        "account_roles",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("role_id", ID, nullable=False),
        _reference("account_roles", "account_id", "accounts"),
        _reference("account_roles", "role_id", "roles"),
        sa.PrimaryKeyConstraint("account_id", "role_id", name=op.f("pk_account_roles")),
    )
    op.create_index("ix_account_roles_role_id", "account_roles", ["role_id"])
    op.create_table(
        "sessions",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("refresh_seed", TEXT, nullable=False),
        sa.Column("refresh_generation", sa.Integer(), nullable=False),
        sa.Column("refreshed_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("user_agent", TEXT, nullable=False),
        sa.Column("method", TEXT, nullable=False),
        _reference("sessions", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sessions_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "sign_ins",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("user_agent", TEXT, nullable=False),
        sa.Column("method", TEXT, nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        _reference("sign_ins", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ins")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sign_ins_account_id_id", "sign_ins", ["account_id", "id"])


def _create_library() -> None:
    """Bookmarks and selections."""
    op.create_table(
        "bookmarks",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("film_id", ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        _reference("bookmarks", "account_id", "accounts"),
        _reference("bookmarks", "film_id", "films"),
        sa.PrimaryKeyConstraint("account_id", "film_id", name=op.f("pk_bookmarks")),
    )
    op.create_index("ix_bookmarks_film_id", "bookmarks", ["film_id"])
    op.create_table(
        "selections",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID),
        sa.Column("source_id", TEXT),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("featured", sa.Boolean(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        _reference("selections", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_selections")),
        sa.UniqueConstraint("source_id", name=op.f("uq_selections_source_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_selections_account_id", "selections", ["account_id"])
    op.create_index("ix_selections_public_featured_id", "selections", ["public", "featured", "id"])
    op.create_table(
        "selection_films",
        sa.Column("selection_id", ID, nullable=False),
        sa.Column("film_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _reference("selection_films", "film_id", "films"),
        _reference("selection_films", "selection_id", "selections"),
        sa.PrimaryKeyConstraint("selection_id", "film_id", name=op.f("pk_selection_films")),
    )
    op.create_index("ix_selection_films_film_id", "selection_films", ["film_id"])


def _create_chats() -> None:
    """Chats and messages."""
    op.create_table(
        "chats",
        sa.Column("id", ID, nullable=False),
        sa.Column("first_account_id", ID, nullable=False),
        sa.Column("second_account_id", ID, nullable=False),
        sa.Column("last_message_id", ID),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chats")),
        sa.UniqueConstraint(
            "first_account_id",
            "second_account_id",
            name=op.f("uq_chats_first_account_id_second_account_id"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "chat_members",
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("active_at", sa.BigInteger(), nullable=False),
        sa.Column("last_read_id", ID, nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        _reference("chat_members", "account_id", "accounts"),
        _reference("chat_members", "chat_id", "chats"),
        sa.PrimaryKeyConstraint("chat_id", "account_id", name=op.f("pk_chat_members")),
    )
    op.create_index(
        "ix_chat_members_account_id_active_at",
        "chat_members",
        ["account_id", "active_at", "chat_id"],
    )
    op.create_table(
        "messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("author_id", ID),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("nonce", TEXT),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("edited_at", sa.BigInteger()),
        _reference("messages", "author_id", "accounts", "SET NULL"),
        _reference("messages", "chat_id", "chats"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "chat_id", "author_id", "nonce", name=op.f("uq_messages_chat_id_author_id_nonce")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_messages_author_id", "messages", ["author_id"])
    op.create_index("ix_messages_chat_id_id", "messages", ["chat_id", "id"])


def _seed() -> None:
    """What every installation has: the roles of everybody, and names for what is unknown."""
    for number, name in enumerate(("anonymous", "user"), start=1):
        op.execute(
            "INSERT INTO roles (id, name, name_key, built_in) "
            f"VALUES ({number}, '{name}', '{name}', true)"
        )
    op.execute("INSERT INTO genres (id, name, name_key) VALUES (1, 'Unknown', 'unknown')")
    op.execute("INSERT INTO directors (id, name, name_key) VALUES (1, 'Unknown', 'unknown')")
    if op.get_bind().dialect.name == "postgresql":
        for table in ("roles", "genres", "directors"):
            op.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
    for name in ("access", "accounts", "catalogue", "library", "sessions"):
        op.execute(f"INSERT INTO revisions (name, value) VALUES ('{name}', 1)")


def downgrade() -> None:
    raise NotImplementedError("the first schema has nothing before it")
