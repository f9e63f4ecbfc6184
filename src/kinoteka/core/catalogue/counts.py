"""How many films each genre and director has under each label, kept for the lists of both.

Whoever stores films counts anew when done; a change of one film changes what that film counts for.
"""

from kinoteka.core.catalogue import queries
from kinoteka.storage.database import Reader
from kinoteka.storage.unit import Unit

NO_LABEL = 0


def recount_all(reader: Reader) -> None:
    """Count every genre's and director's films anew, within the caller's transaction."""
    for kind in queries.KINDS:
        reader.fetch(kind.forget_counts)
        reader.fetch(kind.count_labelled)
        reader.fetch(kind.count_rest)


async def move(unit: Unit, film_id: int, old: int | None, new: int | None) -> None:
    """Count a film under its new label instead of its old one."""
    for kind in queries.KINDS:
        await take_out(unit, kind, film_id, old)
        await put_in(unit, kind, film_id, new)


async def take_out(unit: Unit, kind: queries.Kind, film_id: int, label_id: int | None) -> None:
    """Count a film no more among its genres, or directors, as long as it has them."""
    await unit.run(kind.count_less, film_id=film_id, label_id=label_id or NO_LABEL)
    await unit.run(kind.forget_empty, film_id=film_id)


async def put_in(unit: Unit, kind: queries.Kind, film_id: int, label_id: int | None) -> None:
    """Count a film among its genres, or directors."""
    await unit.run(kind.count_more, film_id=film_id, label_id=label_id or NO_LABEL)
