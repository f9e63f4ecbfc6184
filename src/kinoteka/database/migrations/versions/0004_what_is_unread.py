"""Chats with unread messages are found by themselves"""

import sqlalchemy as sa

from kinoteka.database.migrations import online

revision = "0004"
down_revision = "0003"

UNREAD = sa.text("unread > 0")


def upgrade() -> None:
    online.create_index_concurrently(
        "ix_chat_members_unread",
        "chat_members",
        ["account_id", "chat_id", "unread"],
        postgresql_where=UNREAD,
        sqlite_where=UNREAD,
    )


def downgrade() -> None:
    raise NotImplementedError("an index too many harms nobody")
