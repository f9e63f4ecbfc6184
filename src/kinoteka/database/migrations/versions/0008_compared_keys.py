"""E-mail addresses are compared by A-labels, role names by NFKC; usernames get a skeleton"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from kinoteka.infrastructure.comparison import email_addresses
from kinoteka.infrastructure.comparison.names import compatible_key

revision = "0008"
down_revision = "0007"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _rewrite_keys("accounts", "email", "email_key", _email_key)
    _rewrite_keys("roles", "name", "name_key", compatible_key)
    op.add_column("accounts", sa.Column("username_skeleton", TEXT))  # last: it locks the table


def _email_key(email: str) -> str | None:
    try:
        return email_addresses.key_of(email_addresses.parse(email))
    except ValueError:
        return None


def _rewrite_keys(table: str, source: str, key: str, compute: Callable[[str], str | None]) -> None:
    """Compute the keys of texts beyond ASCII anew; of two that clash, the older row gets it.

    The other gets one that nobody can type, and `kinoteka doctor` lists it. In ASCII the keys stay
    as they were.
    """
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            f"SELECT id, {source}, {key} FROM {table} WHERE length({source}) <> {_bytes(source)} "
            "ORDER BY id"
        )
    ).all()
    holder_of = sa.text(f"SELECT id FROM {table} WHERE {key} = :key")
    change = sa.text(f"UPDATE {table} SET {key} = :key WHERE id = :id AND id BETWEEN :id AND :id")
    for row_id, text, old in rows:
        new = compute(text)
        if new is None or new == old:
            continue
        holder = connection.execute(holder_of, {"key": new}).scalar()
        loser = row_id if holder is not None and holder < row_id else holder
        if loser is not None:
            connection.execute(change, {"key": f"{new}#{loser}", "id": loser})
        if loser != row_id:
            connection.execute(change, {"key": new, "id": row_id})


def _bytes(column: str) -> str:
    if op.get_context().dialect.name == "postgresql":
        return f"octet_length({column})"
    return f"length(CAST({column} AS BLOB))"


def downgrade() -> None:
    raise NotImplementedError("older versions do not go with what this one has written")
