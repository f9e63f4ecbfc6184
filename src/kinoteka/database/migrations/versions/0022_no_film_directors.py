"""Step 3 of people: the table that credits replace is dropped"""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.drop_table("film_directors")


def downgrade() -> None:
    raise NotImplementedError("older versions know no credits")
