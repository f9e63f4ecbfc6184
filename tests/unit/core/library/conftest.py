"""A small catalogue, those who make selections of it, and the operator who features them."""

from dataclasses import dataclass
from typing import Any

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.library.model import NewSelection, Selection
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from tests.support.accounts import actor_by_token, anonymous_actor, sign_up, superuser_actor
from tests.support.films import PREMIUM


@dataclass(frozen=True)
class Club:
    """Who takes part; `act` has one of them call a method, in a transaction of its own."""

    services: Services
    films: dict[str, int]
    nobody: Actor
    anna: Actor
    boris: Actor
    operator: Actor
    holder: Actor
    root: Actor

    async def act(self, method: str, actor: Actor, *given: Any, **named: Any) -> Any:
        async with unit_of_work(self.services.database) as unit:
            return await getattr(self.services.selections, method)(actor, unit, *given, **named)

    async def make(self, actor: Actor, title: str, *titles: str, **flags: Any) -> Selection:
        """A public selection of the films of these titles."""
        new = NewSelection(
            title=title,
            film_ids=[self.films[each] for each in titles],
            **{"public": True, **flags},
        )
        made: Selection = await self.act("create", actor, new)
        return made

    async def listed(self, actor: Actor, offset: int = 0, limit: int = 100, **flags: Any) -> Any:
        """The titles of the public selections."""
        shelf = await self.act("public", actor, offset, limit, **flags)
        return [selection.title for selection in shelf.selections]


@pytest.fixture
async def club(services: Services, films: dict[str, int]) -> Club:
    """Two members, one who may feature, one who sees films under a label, and a superuser."""
    root = await superuser_actor(services)
    permissions = ([], [], ["selections.feature"], [f"films.view:{PREMIUM}"])
    members = [await _member(services, root, some) for some in permissions]
    return Club(services, films, await anonymous_actor(services), *members, root)


async def _member(services: Services, root: Actor, permissions: list[str]) -> Actor:
    started = await sign_up(services)
    if permissions:
        name = permissions[0].replace(":", " ")
        async with unit_of_work(services.database) as unit:
            role = await services.access.create_role(root, unit, name, permissions)
        async with unit_of_work(services.database) as unit:
            await services.access.assign_role(root, unit, started.account.id, role.id)
    actor = await actor_by_token(services, started.token)
    assert actor is not None
    return actor
