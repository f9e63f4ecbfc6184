"""Films come in the order of their weighted ratings without being sorted"""

from kinoteka.database.migrations import online

revision = "0017"
down_revision = "0016"

WEIGHTED = """
CASE WHEN votes + (SELECT votes FROM rating_prior) > 0
    THEN (votes * rating + (SELECT votes * mean FROM rating_prior))
        / (votes + (SELECT votes FROM rating_prior))
    ELSE rating END
"""
COLUMNS = ["weighted_rating", "rating", "votes", "id", "label_id", "hidden_at"]


def upgrade() -> None:
    online.update_in_batches(
        "films",
        f"weighted_rating = {WEIGHTED}",
        where="rating IS NOT NULL AND weighted_rating IS NULL",
    )
    online.create_index_concurrently("ix_films_weighted_rating", "films", COLUMNS)
    online.drop_index_concurrently("ix_films_rating_votes_id_label_id_hidden_at", "films")


def downgrade() -> None:
    raise NotImplementedError("earlier versions sort by the rating itself, without an index")
