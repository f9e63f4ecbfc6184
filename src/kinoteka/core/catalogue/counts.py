"""How many films each genre and director has under each label, kept for the lists of both.

Whoever stores films counts anew when done; a change of one film's label moves one film.
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
        await unit.run(kind.count_less, film_id=film_id, label_id=old or NO_LABEL)
        await unit.run(kind.forget_empty, film_id=film_id)
        await unit.run(kind.count_more, film_id=film_id, label_id=new or NO_LABEL)
