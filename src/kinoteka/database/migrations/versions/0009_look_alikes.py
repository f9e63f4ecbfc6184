"""Usernames that look alike are found by their skeletons"""

import sqlalchemy as sa

from kinoteka.database.migrations import online
from kinoteka.infrastructure.comparison.look_alikes import skeleton

revision = "0009"
down_revision = "0008"

HAS_SKELETON = sa.text("username_skeleton IS NOT NULL")
LACKS_SKELETON = sa.text("username_skeleton IS NULL AND username_key IS NOT NULL")


def upgrade() -> None:
    online.fill_in_batches("accounts", "username", "username_skeleton", skeleton)
    for name, column, where in (
        ("ix_accounts_username_skeleton", "username_skeleton", HAS_SKELETON),
        ("ix_accounts_lacks_skeleton", "id", LACKS_SKELETON),
    ):
        online.create_index_concurrently(
            name, "accounts", [column], postgresql_where=where, sqlite_where=where
        )


def downgrade() -> None:
    raise NotImplementedError("older versions do not go with what this one has written")
