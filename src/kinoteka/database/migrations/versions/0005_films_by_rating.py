"""Films come in the order of their ratings without being sorted"""

from kinoteka.database.migrations import online

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    online.create_index_concurrently(
        "ix_films_rating_votes_id_label_id", "films", ["rating", "votes", "id", "label_id"]
    )


def downgrade() -> None:
    raise NotImplementedError("an index too many harms nobody")
