"""Directors become people with credits; films get titles, countries; genres get names, aliases

Servers of an older version read the old tables. The documentation says to stop them first. Step 1:
create the tables. The next steps fill them.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from kinoteka.core.imports.names import sort_key

revision = "0020"
down_revision = "0019"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        _rebuild_people()
    else:
        _rename_directors()
    _create_tables_of_people()
    _create_tables_of_films()
    _create_tables_of_genres()


def _rename_directors() -> None:
    op.rename_table("directors", "people")
    op.execute("ALTER SEQUENCE directors_id_seq RENAME TO people_id_seq")
    op.execute("ALTER INDEX pk_directors RENAME TO pk_people")
    op.drop_constraint(op.f("uq_directors_name_key"), "people", type_="unique")
    op.add_column("people", sa.Column("sort_key", TEXT))


def _rebuild_people() -> None:
    """Create the table again without its unique constraint, which SQLite cannot drop."""
    connection = op.get_bind()
    driver = connection.connection.dbapi_connection
    driver.create_function("sort_key_of", 1, sort_key, deterministic=True)
    last_id = "SELECT seq FROM sqlite_sequence WHERE name = 'directors'"
    last = connection.execute(sa.text(last_id)).scalar()
    op.rename_table("directors", "people")  # the foreign keys of other tables follow
    op.create_table(
        "new_people",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("name_key", TEXT, nullable=False),
        sa.Column("sort_key", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO new_people (id, name, name_key, sort_key)"
        " SELECT id, name, name_key, sort_key_of(name) FROM people ORDER BY id"
    )
    op.drop_table("people")
    op.rename_table("new_people", "people")
    update = sa.text("UPDATE sqlite_sequence SET seq = :last WHERE name = 'people'")
    connection.execute(update, {"last": last})


def _create_tables_of_people() -> None:
    op.create_table(
        "person_ids",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        _reference("person_ids", "person_id", "people"),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_person_ids")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_person_ids_person_id", "person_ids", ["person_id"])
    op.create_table(
        "person_names",
        sa.Column("person_id", ID, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        _reference("person_names", "person_id", "people"),
        sa.PrimaryKeyConstraint("person_id", "language", name=op.f("pk_person_names")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "credits",
        sa.Column("film_id", ID, nullable=False),
        sa.Column("department", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("role", TEXT),
        _reference("credits", "film_id", "films"),
        _reference("credits", "person_id", "people", "RESTRICT"),
        sa.PrimaryKeyConstraint("film_id", "department", "position", name=op.f("pk_credits")),
        sqlite_with_rowid=False,
    )


def _create_tables_of_films() -> None:
    op.create_table(
        "film_titles",
        sa.Column("film_id", ID, nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("language", "kind", "title")),
        _reference("film_titles", "film_id", "films"),
        sa.PrimaryKeyConstraint("film_id", "position", name=op.f("pk_film_titles")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "film_countries",
        sa.Column("film_id", ID, nullable=False),
        sa.Column("country", TEXT, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        _reference("film_countries", "film_id", "films"),
        sa.PrimaryKeyConstraint("film_id", "country", name=op.f("pk_film_countries")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_film_countries_country_film_id", "film_countries", ["country", "film_id"])


def _create_tables_of_genres() -> None:
    op.create_table(
        "genre_aliases",
        sa.Column("alias_key", TEXT, nullable=False),
        sa.Column("genre_id", ID, nullable=False),
        _reference("genre_aliases", "genre_id", "genres"),
        sa.PrimaryKeyConstraint("alias_key", name=op.f("pk_genre_aliases")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_genre_aliases_genre_id", "genre_aliases", ["genre_id"])
    op.create_table(
        "genre_names",
        sa.Column("genre_id", ID, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        _reference("genre_names", "genre_id", "genres"),
        sa.PrimaryKeyConstraint("genre_id", "language", name=op.f("pk_genre_names")),
        sqlite_with_rowid=False,
    )


def _reference(table: str, column: str, target: str, on_delete: str = "CASCADE") -> Any:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name, ondelete=on_delete)


def downgrade() -> None:
    raise NotImplementedError("older versions know no people")
