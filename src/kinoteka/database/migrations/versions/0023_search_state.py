"""The search index has a version, and a rebuild of it can continue"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    state = op.create_table(
        "search_state",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("target", sa.Integer(), nullable=False),
        sa.Column("done", sa.BigInteger(), nullable=False),
    )
    op.bulk_insert(state, [{"version": 1, "target": 1, "done": 0}])


def downgrade() -> None:
    raise NotImplementedError("older versions cannot read the index")
