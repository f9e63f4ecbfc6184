"""Films no longer have the columns whose values are in the tables of records and ids

Processes of an older version read these columns. The documentation says to stop them first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

COLUMNS = ("source", "external_id", "imdb_id", "tmdb_id", "fingerprint", "fingerprint_version")
HIGHEST = "SELECT seq FROM sqlite_sequence WHERE name = 'films'"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        for column in COLUMNS:
            op.drop_column("films", column)
        return
    # SQLite creates the table again. Ids of deleted films must not be used again.
    highest = op.get_bind().execute(sa.text(HIGHEST)).scalar()
    with op.batch_alter_table("films", table_kwargs={"sqlite_autoincrement": True}) as films:
        films.drop_constraint("uq_films_source_external_id", type_="unique")
        for column in COLUMNS:
            films.drop_column(column)
    if highest is not None:
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'films'")
        add = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('films', :highest)")
        op.get_bind().execute(add, {"highest": highest})


def downgrade() -> None:
    raise NotImplementedError("older versions would import films again that have been joined")
