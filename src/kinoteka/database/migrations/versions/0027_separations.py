"""Records that must not be joined to a film, because operators separated them"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "separations",
        sa.Column("source_id", ID, nullable=False),
        sa.Column("external_id", TEXT, nullable=False),
        sa.Column("film_id", ID, nullable=False),
        _key("source_id", "sources", "RESTRICT"),
        _key("film_id", "films", "CASCADE"),
        sa.PrimaryKeyConstraint("source_id", "external_id", "film_id", name=op.f("pk_separations")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_separations_film_id", "separations", ["film_id"])


def _key(column: str, target: str, on_delete: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_separations_{column}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=on_delete)


def downgrade() -> None:
    op.drop_table("separations")
