"""Stored numbers of films per genre or director and label, from which both are listed.

An import recounts everything after it has stored its films, and refreshes the weighted ratings.
Changes of one film adjust its counts.
"""

from kinoteka.core.catalogue import queries
from kinoteka.core.catalogue.model import FilmAccess
from kinoteka.database import weighted_ratings
from kinoteka.database.interface import Reader
from kinoteka.database.unit import Unit
from kinoteka.database.visibility import counted_under


def recount_all(reader: Reader) -> None:
    """Recount the films of every genre and director, and refresh the weighted ratings.

    It runs in the caller's transaction.
    """
    weighted_ratings.refresh(reader)
    for statements in queries.NAME_STATEMENTS:
        reader.fetch(statements.delete_counts)
        reader.fetch(statements.count_labelled)
        reader.fetch(statements.count_unlabelled)


async def move_film(unit: Unit, before: FilmAccess, after: FilmAccess) -> None:
    """Move a film from the counts of its old label to those of its new one."""
    if _counted_under(before) == _counted_under(after):
        return
    for statements in queries.NAME_STATEMENTS:
        await remove_film(unit, statements, before)
        await add_film(unit, statements, after)


async def remove_film(unit: Unit, statements: queries.NameStatements, film: FilmAccess) -> None:
    """Remove a film from the counts of its genres or directors, before it loses them."""
    await unit.run(statements.decrease_count, film_id=film.film_id, label_id=_counted_under(film))
    await unit.run(statements.delete_empty_counts, film_id=film.film_id)


async def add_film(unit: Unit, statements: queries.NameStatements, film: FilmAccess) -> None:
    """Add a film to the counts of its genres or directors."""
    await unit.run(statements.increase_count, film_id=film.film_id, label_id=_counted_under(film))


def _counted_under(film: FilmAccess) -> int:
    return counted_under(film.label_id, hidden=film.hidden)
