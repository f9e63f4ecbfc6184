"""Names of genres in other languages, which common genres get when they are created.

Public operations: name_genres, recount_and_name.
"""

from kinoteka.core.catalogue.counts import recount_all
from kinoteka.core.imports import queries
from kinoteka.core.imports.genre_vocabulary import translated_names
from kinoteka.database.interface import Reader


def name_genres(reader: Reader) -> None:
    """Store the names of common genres that have none in any other language."""
    for genre_id, name in reader.fetch(queries.UNNAMED_GENRES):
        for language, translated in translated_names(name).items():
            row = {"genre_id": genre_id, "language": language, "name": translated}
            reader.fetch(queries.ADD_GENRE_NAME, **row)


def recount_and_name(reader: Reader) -> None:
    """Recount the films of every genre and director, and name new genres."""
    recount_all(reader)
    name_genres(reader)
