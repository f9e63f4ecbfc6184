"""Background jobs with leases"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("key", TEXT, unique=True),
        sa.Column("payload", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("run_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("last_error", TEXT),
        sa.Column("failed_at", sa.BigInteger()),
        sqlite_autoincrement=True,
    )
    to_run = sa.text("failed_at IS NULL")
    op.create_index(
        "ix_jobs_run_at", "jobs", ["run_at"], sqlite_where=to_run, postgresql_where=to_run
    )


def downgrade() -> None:
    op.drop_table("jobs")
