"""Labels as operators see them: with what is under them, and who sees it.

Public operations: all.
"""

import msgspec

from kinoteka.core.access.model import Actor, Role
from kinoteka.core.access.service import Access
from kinoteka.core.catalogue import queries
from kinoteka.storage.unit import Unit


class Label(msgspec.Struct, frozen=True):
    """A label, how many films are under it, and the roles that see them."""

    id: int
    name: str
    films: int
    roles: list[Role]


class Labels:
    """The access labels of films."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def all(self, actor: Actor, unit: Unit) -> list[Label]:
        """Every label, by name.

        Raises:
            DomainError(UNAUTHORIZED, FORBIDDEN)
        """
        viewers = await self._access.label_viewers(actor, unit)
        ids = await self._access.label_ids(unit)
        # It counts through all films that have a label.
        films = dict(await unit.all_in_thread(queries.COUNT_BY_LABEL))
        return [
            Label(ids[name], name, films.get(ids[name], 0), viewers[name])
            for name in sorted(viewers)
            if name in ids
        ]
