"""Redirects of films and genres that were merged into others"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "film_redirects",
        sa.Column("old_id", ID, primary_key=True, autoincrement=False),
        sa.Column("film_id", ID, sa.ForeignKey("films.id", ondelete="CASCADE"), nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("undo", TEXT),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_film_redirects_film_id", "film_redirects", ["film_id"])
    undoable = sa.text("undo IS NOT NULL")
    op.create_index(
        "ix_film_redirects_until",
        "film_redirects",
        ["until"],
        sqlite_where=undoable,
        postgresql_where=undoable,
    )
    op.create_table(
        "genre_redirects",
        sa.Column("old_id", ID, primary_key=True, autoincrement=False),
        sa.Column("genre_id", ID, sa.ForeignKey("genres.id", ondelete="CASCADE"), nullable=False),
    )
    op.create_index("ix_genre_redirects_genre_id", "genre_redirects", ["genre_id"])


def downgrade() -> None:
    op.drop_table("genre_redirects")
    op.drop_table("film_redirects")
