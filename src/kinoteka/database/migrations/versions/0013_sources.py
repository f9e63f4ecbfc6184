"""Films have records of several sources, and ids of several kinds; imports are batches

Nobody uses the tables yet. The next revision fills them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("name", name=op.f("uq_sources_name")),
        sqlite_autoincrement=True,
    )
    op.execute("INSERT INTO sources (name, rank) VALUES ('by hand', 0)")
    op.create_table(
        "film_values",
        sa.Column("source_id", ID, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("film_id", ID, nullable=False),
        sa.Column("batch_id", ID),
        sa.Column("fingerprint", sa.BigInteger(), nullable=False),
        sa.Column("fingerprint_version", sa.SmallInteger(), nullable=False),
        sa.Column("record", TEXT),
        _key("film_values", "source_id", "sources", on_delete="RESTRICT"),
        _key("film_values", "film_id", "films"),
        sa.PrimaryKeyConstraint("source_id", "external_id", name=op.f("pk_film_values")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_film_values_film_id", "film_values", ["film_id"])
    op.create_table(
        "film_ids",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("film_id", ID, nullable=False),
        _key("film_ids", "film_id", "films"),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_film_ids")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_film_ids_film_id", "film_ids", ["film_id"])
    _create_duplicates_and_batches()


def _create_duplicates_and_batches() -> None:
    op.create_table(
        "possible_duplicates",
        sa.Column("film_id", ID, nullable=False),
        sa.Column("other_id", ID, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("dismissed_at", sa.BigInteger()),
        _key("possible_duplicates", "film_id", "films"),
        _key("possible_duplicates", "other_id", "films"),
        sa.PrimaryKeyConstraint("film_id", "other_id", name=op.f("pk_possible_duplicates")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_possible_duplicates_other_id", "possible_duplicates", ["other_id"])
    op.create_table(
        "batches",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger()),
        sa.Column("added", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("joined", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("changed", sa.Integer(), nullable=False, server_default="0"),
        _key("batches", "source_id", "sources", on_delete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "batch_changes",
        sa.Column("batch_id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("before", TEXT, nullable=False),
        _key("batch_changes", "batch_id", "batches"),
        sa.PrimaryKeyConstraint(
            "batch_id", "source_id", "external_id", name=op.f("pk_batch_changes")
        ),
        sqlite_with_rowid=False,
    )


def _key(
    table: str, column: str, target: str, *, on_delete: str = "CASCADE"
) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=on_delete)


def downgrade() -> None:
    raise NotImplementedError("older versions would import films again that have been joined")
