"""Changes of one film increase the revision of what changed, not of the whole catalogue"""

from alembic import op

revision = "0018"
down_revision = "0017"

PARTS = (
    *("film_texts", "film_titles", "film_years", "film_ratings", "film_genres", "film_directors"),
)


def upgrade() -> None:
    for name in PARTS:
        op.execute(f"INSERT INTO revisions (name, value) VALUES ('{name}', 1)")


def downgrade() -> None:
    raise NotImplementedError("older versions would not notice edits")
