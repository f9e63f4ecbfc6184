"""Tables of films and genres that were merged into others."""

from sqlalchemy import BigInteger, Column, Table

from kinoteka.database.schema_columns import Id, Text, metadata, partial_index, reference

# The film that an old id stands for. `title` is that of the deleted film. `undo` is JSON: its row
# and its rows in other tables. It is NULL after the time `until`, when the merge is final.
film_redirects = Table(
    "film_redirects",
    metadata,
    Column("old_id", Id, primary_key=True, autoincrement=False),
    reference("film_id", "films.id", nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("undo", Text),
    Column("until", BigInteger, nullable=False),
)
_undoable = film_redirects.c.undo.is_not(None)
partial_index("ix_film_redirects_until", _undoable, film_redirects.c.until)

genre_redirects = Table(
    "genre_redirects",
    metadata,
    Column("old_id", Id, primary_key=True, autoincrement=False),
    reference("genre_id", "genres.id", nullable=False, index=True),
)
