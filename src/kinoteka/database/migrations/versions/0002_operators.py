"""Accounts that are disabled, the audit log, and imports that operators ask for"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("accounts", sa.Column("disabled_at", sa.BigInteger()))
    _create_audit_entries()
    _create_import_runs()


def _create_audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("account_id", ID),
        sa.Column("actor_name", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("subject_kind", TEXT, nullable=False),
        sa.Column("subject_id", ID),
        sa.Column("subject_name", TEXT, nullable=False),
        sa.Column("details", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
    op.create_index("ix_audit_entries_account_id_id", "audit_entries", ["account_id", "id"])
    op.create_index(
        "ix_audit_entries_subject_kind_subject_id_id",
        "audit_entries",
        ["subject_kind", "subject_id", "id"],
    )
    op.create_index("ix_audit_entries_action_id", "audit_entries", ["action", "id"])


def _create_import_runs() -> None:
    op.create_table(
        "import_runs",
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID),
        sa.Column("format", TEXT, nullable=False),
        sa.Column("files", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("finished_at", sa.BigInteger()),
        *(
            sa.Column(name, sa.Integer(), nullable=False, server_default="0")
            for name in ("read", "added", "changed", "unchanged", "refused")
        ),
        sa.Column("report", TEXT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_runs")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_import_runs_state_id", "import_runs", ["state", "id"])


def downgrade() -> None:
    raise NotImplementedError("older versions do not go with what this one has written")
