"""Fill the tables of sources, records and ids from the columns of films

An interrupted attempt is continued by the next one. The film with the lowest id gets an external id
that several films have, and the others become its possible duplicates.
"""

import sqlalchemy as sa
from alembic import op

from kinoteka.database.migrations import online

revision = "0014"
down_revision = "0013"

RANKS = {"demo": 900, "imdb": 1000, "tmdb": 1100, "wikipedia": 1300, "movielens": 1400}
OTHER_RANK = 1200
# A film with locked fields does not have the values of its record, so the next import stores it.
RECORDS = """
INSERT INTO film_values (source_id, external_id, film_id, fingerprint, fingerprint_version)
SELECT sources.id, films.external_id, films.id, films.fingerprint,
    CASE WHEN EXISTS (SELECT 1 FROM film_locks WHERE film_locks.film_id = films.id)
        THEN 0 ELSE films.fingerprint_version END
FROM films JOIN sources ON sources.name = films.source
WHERE films.id BETWEEN :first AND :last
ON CONFLICT DO NOTHING
"""
IDS = """
INSERT INTO film_ids (kind, value, film_id)
SELECT '{kind}', CAST({kind}_id AS TEXT), id FROM films
WHERE id BETWEEN :first AND :last AND {kind}_id IS NOT NULL
ORDER BY id
ON CONFLICT DO NOTHING
"""
DUPLICATES = """
INSERT INTO possible_duplicates (film_id, other_id, reason)
SELECT first.film_id, films.id, 'ids' FROM films
JOIN film_ids AS first ON first.kind = '{kind}' AND first.value = CAST(films.{kind}_id AS TEXT)
WHERE films.id BETWEEN :first AND :last AND first.film_id < films.id
ON CONFLICT DO NOTHING
"""
KINDS = ("imdb", "tmdb")


def upgrade() -> None:
    names = op.get_bind().execute(sa.text("SELECT DISTINCT source FROM films ORDER BY 1"))
    add = sa.text(
        "INSERT INTO sources (name, rank) SELECT :name, :rank"
        " WHERE NOT EXISTS (SELECT 1 FROM sources WHERE name = :name)"
    ).bindparams(sa.bindparam("name", type_=sa.Text()), sa.bindparam("rank", type_=sa.Integer()))
    for (name,) in names.all():
        op.get_bind().execute(add, {"name": name, "rank": RANKS.get(name, OTHER_RANK)})
    online.run_in_batches("films", RECORDS)
    for kind in KINDS:
        online.run_in_batches("films", IDS.format(kind=kind))
        online.run_in_batches("films", DUPLICATES.format(kind=kind))


def downgrade() -> None:
    raise NotImplementedError("older versions would import films again that have been joined")
