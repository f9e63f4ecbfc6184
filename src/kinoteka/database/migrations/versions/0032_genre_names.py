"""Common genres get names in other languages"""

import sqlalchemy as sa
from alembic import op

from kinoteka.core.imports.genre_vocabulary import translated_names

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    genres = op.get_bind().execute(sa.text("SELECT id, name FROM genres")).all()
    insert = sa.text(
        "INSERT INTO genre_names VALUES (:genre_id, :language, :name) ON CONFLICT DO NOTHING"
    )
    for genre_id, name in genres:
        names = {"ru": "Не указан"} if genre_id == 1 else translated_names(name)
        for language, translated in names.items():
            row = {"genre_id": genre_id, "language": language, "name": translated}
            op.get_bind().execute(insert, row)


def downgrade() -> None:
    """Keep the names, which older versions also show."""
