"""Orders of films are read without hidden ones from the indexes alone"""

import sqlalchemy as sa

from kinoteka.database.migrations import online

revision = "0007"
down_revision = "0006"

HIDDEN = sa.text("hidden_at IS NOT NULL")
ORDERS = (
    ["year", "id", "label_id"],
    ["label_id", "id"],
    ["rating", "votes", "id", "label_id"],
)


def upgrade() -> None:
    online.create_index_concurrently(
        "ix_films_hidden", "films", ["id"], postgresql_where=HIDDEN, sqlite_where=HIDDEN
    )
    for columns in ORDERS:
        name = f"ix_films_{'_'.join(columns)}"
        online.create_index_concurrently(f"{name}_hidden_at", "films", [*columns, "hidden_at"])
        online.drop_index_concurrently(name, "films")


def downgrade() -> None:
    raise NotImplementedError("older versions would show the films that are hidden")
