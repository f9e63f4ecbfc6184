"""Sessions know when their user last proved the password, and by which contract they began"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    # Sessions of earlier versions have neither: they began, and proved it, with their sign-in.
    op.add_column("sessions", sa.Column("proved_at", sa.BigInteger()))
    op.add_column("sessions", sa.Column("began_by", TEXT))


def downgrade() -> None:
    raise NotImplementedError("older versions pass over both columns")
