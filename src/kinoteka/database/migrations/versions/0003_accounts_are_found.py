"""Accounts are found by names and by parts of usernames, and those that are disabled"""

import sqlalchemy as sa
from alembic import op

from kinoteka.database.migrations import online

revision = "0003"
down_revision = "0002"

DISABLED = sa.text("disabled_at IS NOT NULL")


def upgrade() -> None:
    for column in ("given_name", "family_name"):
        online.create_index_concurrently(f"ix_accounts_{column}", "accounts", [column])
    online.create_index_concurrently(
        "ix_accounts_disabled_at",
        "accounts",
        ["disabled_at"],
        postgresql_where=DISABLED,
        sqlite_where=DISABLED,
    )
    if op.get_context().dialect.name == "postgresql":  # the extension is there for films' search
        online.create_index_concurrently(
            "ix_accounts_username_trigrams",
            "accounts",
            ["username_key"],
            postgresql_using="gin",
            postgresql_ops={"username_key": "gin_trgm_ops"},
        )


def downgrade() -> None:
    raise NotImplementedError("an index too many harms nobody")
