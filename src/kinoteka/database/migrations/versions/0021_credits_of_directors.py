"""Step 2 of people: directors become credits, people get the keys by which they are sorted

Every step can be repeated after an interruption.
"""

from alembic import op

from kinoteka.core.imports.names import sort_key
from kinoteka.database.migrations import online

revision = "0021"
down_revision = "0020"

DIRECTING = 1
FILL = f"""
INSERT INTO credits (film_id, department, position, person_id)
SELECT film_id, {DIRECTING},
    row_number() OVER (PARTITION BY film_id ORDER BY position, director_id) - 1, director_id
FROM film_directors WHERE film_id BETWEEN :first AND :last
ORDER BY film_id
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    online.run_in_batches("films", FILL)
    if op.get_context().dialect.name == "postgresql":
        online.fill_in_batches("people", "name", "sort_key", sort_key)
        online.set_not_null("people", "sort_key")
    online.create_index_concurrently("ix_people_name_key", "people", ["name_key"])
    online.create_index_concurrently("ix_people_sort_key", "people", ["sort_key"])
    online.create_index_concurrently(
        "ix_credits_person_id_department_film_id",
        "credits",
        ["person_id", "department", "film_id"],
        unique=True,
    )


def downgrade() -> None:
    raise NotImplementedError("older versions know no credits")
