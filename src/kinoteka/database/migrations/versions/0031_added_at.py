"""When films were added to the catalogue and to selections

The films of older versions have no time: feeds do not list them as new.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

TABLES = ("films", "selection_films")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("added_at", sa.BigInteger()))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "added_at")
