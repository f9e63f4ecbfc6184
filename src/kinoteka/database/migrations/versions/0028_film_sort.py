"""Keys by which films are sorted by title, by the reader's language. Step 1: the table"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "film_sort",
        sa.Column("film_id", ID, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["film_id"], ["films.id"], op.f("fk_film_sort_film_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("film_id", "language", name=op.f("pk_film_sort")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("film_sort")
