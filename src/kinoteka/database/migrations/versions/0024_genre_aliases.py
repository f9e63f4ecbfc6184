"""Genres get their keys in the vocabulary, by which imports find them

Of several genres with the same key, the first one gets it.
"""

import sqlalchemy as sa
from alembic import op

from kinoteka.core.imports.genre_vocabulary import genre_key

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    genres = op.get_bind().execute(sa.text("SELECT id, name FROM genres WHERE id > 1 ORDER BY id"))
    keys: dict[str, int] = {}
    for genre_id, name in genres:
        keys.setdefault(genre_key(name), genre_id)
    insert = sa.text("INSERT INTO genre_aliases VALUES (:key, :id) ON CONFLICT DO NOTHING")
    for key, genre_id in keys.items():
        op.get_bind().execute(insert, {"key": key, "id": genre_id})


def downgrade() -> None:
    raise NotImplementedError("older versions know no aliases")
