"""The order of sources, which decides whose values films show.

Public operations: list_sources, move_source.
"""

from kinoteka.core.access.model import FILMS_IMPORT, Actor
from kinoteka.core.audit.model import Action, Subject
from kinoteka.core.audit.record import record
from kinoteka.core.import_runs import queries
from kinoteka.core.import_runs.model import Source
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError


async def list_sources(actor: Actor, unit: Unit) -> list[Source]:
    """Return all sources in the order of their ranks.

    Raises:
        DomainError(UNAUTHORIZED, FORBIDDEN)
    """
    actor.require(FILMS_IMPORT)
    return await unit.all(queries.SOURCES)


async def move_source(actor: Actor, unit: Unit, source_id: int, *, up: bool) -> None:
    """Move a source one place up or down. Do nothing if it is the first or last already.

    A film with several records shows the values of the new order after the next import of one of
    its sources.

    Raises:
        DomainError(UNAUTHORIZED, FORBIDDEN, IMPORT_UNKNOWN)
    """
    sources = await list_sources(actor, unit)
    places = {source.id: place for place, source in enumerate(sources)}
    if source_id not in places:
        raise DomainError(Code.IMPORT_UNKNOWN)
    place = places[source_id]
    other = place - 1 if up else place + 1
    if other not in range(len(sources)):
        return
    sources[place], sources[other] = sources[other], sources[place]
    for rank, source in enumerate(sources):
        await unit.run(queries.SET_RANK, source_id=source.id, place=rank)
    await unit.run(queries.FORGET_FINGERPRINTS)
    moved = sources[other]
    await record(actor, unit, Action.SOURCE_MOVED, Subject("source", moved.id, moved.name))
