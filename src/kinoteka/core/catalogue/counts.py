"""How many films each genre and director has under each label, kept for the lists of both.

Whoever stores films counts anew when done; a change of one film changes what that film counts for.
"""

from kinoteka.core.catalogue import queries
from kinoteka.core.catalogue.model import FilmAccess
from kinoteka.database.interface import Reader
from kinoteka.database.unit import Unit
from kinoteka.database.visibility import counted_under


def recount_all(reader: Reader) -> None:
    """Count every genre's and director's films anew, within the caller's transaction."""
    for kind in queries.KINDS:
        reader.fetch(kind.forget_counts)
        reader.fetch(kind.count_labelled)
        reader.fetch(kind.count_rest)


async def move(unit: Unit, before: FilmAccess, after: FilmAccess) -> None:
    """Count a film under what it is now instead of what it was."""
    if _counted_under(before) == _counted_under(after):
        return
    for kind in queries.KINDS:
        await take_out(unit, kind, before)
        await put_in(unit, kind, after)


async def take_out(unit: Unit, kind: queries.Kind, film: FilmAccess) -> None:
    """Count a film no more among its genres, or directors, as long as it has them."""
    await unit.run(kind.count_less, film_id=film.film_id, label_id=_counted_under(film))
    await unit.run(kind.forget_empty, film_id=film.film_id)


async def put_in(unit: Unit, kind: queries.Kind, film: FilmAccess) -> None:
    """Count a film among its genres, or directors."""
    await unit.run(kind.count_more, film_id=film.film_id, label_id=_counted_under(film))


def _counted_under(film: FilmAccess) -> int:
    return counted_under(film.label_id, hidden=film.hidden)
