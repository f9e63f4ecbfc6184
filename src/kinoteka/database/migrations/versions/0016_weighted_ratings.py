"""Films have a weighted rating, and the catalogue has the prior that it is computed with"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

STATISTICS = """
SELECT (SELECT avg(rating) FROM films),
    (SELECT votes FROM films WHERE votes > 0 AND rating IS NOT NULL ORDER BY votes LIMIT 1
        OFFSET (SELECT count(*) * 9 / 10 FROM films WHERE votes > 0 AND rating IS NOT NULL))
"""
MAX_VOTES = 25_000


def upgrade() -> None:
    op.create_table(
        "rating_prior",
        sa.Column("votes", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mean", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("votes", name=op.f("pk_rating_prior")),
    )
    mean, votes = op.get_bind().execute(sa.text(STATISTICS)).one()
    if mean is not None:
        prior = {"mean": round(mean, 2), "votes": min(votes or 0, MAX_VOTES)}
        insert = sa.text("INSERT INTO rating_prior (mean, votes) VALUES (:mean, :votes)")
        op.get_bind().execute(insert, prior)
    op.add_column("films", sa.Column("weighted_rating", sa.Float()))


def downgrade() -> None:
    raise NotImplementedError("later versions need the column")
