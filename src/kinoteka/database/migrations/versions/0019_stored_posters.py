"""Posters of films, fetched or uploaded, and stored in two sizes"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "posters",
        sa.Column("film_id", ID, primary_key=True, autoincrement=False),
        sa.Column("address", TEXT),
        sa.Column("small_file", TEXT),
        sa.Column("large_file", TEXT),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_posters_used_at", "posters", ["used_at"])


def downgrade() -> None:
    op.drop_table("posters")
