"""Step 2 of the order by title: compute the keys of all films

An interrupted step continues after the last film that has keys.
"""

import json

import sqlalchemy as sa
from alembic import op

from kinoteka.database.film_sort import key_rows
from kinoteka.database.migrations import online

revision = "0029"
down_revision = "0028"

IN_BATCH = "BETWEEN :first AND :last"
LAST_DONE = "SELECT coalesce(max(film_id), 0) FROM film_sort"
TITLES = f"SELECT id, title FROM films WHERE id {IN_BATCH} ORDER BY id"
TRANSLATIONS = f"""
SELECT film_id, language, title FROM film_titles WHERE film_id {IN_BATCH}
ORDER BY film_id, position DESC
"""
INSERT = (
    "INSERT INTO film_sort (film_id, language, key) SELECT {} WHERE true ON CONFLICT DO NOTHING"
)
UNPACKED = {
    "sqlite": "value ->> 0, value ->> 1, value ->> 2 FROM json_each(:rows)",
    "postgresql": "(value ->> 0)::bigint, value ->> 1, value ->> 2"
    " FROM json_array_elements(:rows) AS value",
}


def upgrade() -> None:
    last = op.get_bind().execute(sa.text(LAST_DONE)).scalar_one()
    online.for_each_batch("films", _store_keys, after=last)


def _store_keys(first: int, last: int) -> None:
    # One statement, so that all keys of a film are stored or none.
    run, batch = op.get_bind().execute, {"first": first, "last": last}
    titles = [(film_id, title) for film_id, title in run(sa.text(TITLES), batch)]
    translations = [tuple(row) for row in run(sa.text(TRANSLATIONS), batch)]
    rows = key_rows(titles, translations)
    if rows:
        unpacked = UNPACKED[op.get_context().dialect.name]
        run(sa.text(INSERT.format(unpacked)), {"rows": json.dumps(rows)})


def downgrade() -> None:
    op.execute("DELETE FROM film_sort")
