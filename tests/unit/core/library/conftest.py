"""Sample films, accounts with different permissions, and calls of the selection service."""

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
class Library:
    """The services of one server, its films, and accounts that call them."""

    services: Services
    films: dict[str, int]
    anonymous: Actor
    anna: Actor
    boris: Actor
    operator: Actor
    labelled_reader: Actor
    root: Actor

    async def run(self, method: str, actor: Actor, *args: Any, **kwargs: Any) -> Any:
        async with unit_of_work(self.services.database) as unit:
            return await getattr(self.services.selections, method)(actor, unit, *args, **kwargs)

    async def create(self, actor: Actor, title: str, *titles: str, **flags: Any) -> Selection:
        """Create a public selection of the films with these titles."""
        new = NewSelection(
            title=title,
            film_ids=[self.films[each] for each in titles],
            **{"public": True, **flags},
        )
        selection: Selection = await self.run("create", actor, new)
        return selection

    async def public_titles(
        self, actor: Actor, offset: int = 0, limit: int = 100, **flags: Any
    ) -> Any:
        """Return the titles of the public selections."""
        page = await self.run("list_public", actor, offset, limit, **flags)
        return [selection.title for selection in page.selections]


@pytest.fixture
async def library(services: Services, films: dict[str, int]) -> Library:
    """Return two members, an operator, a reader of labelled films and a superuser."""
    root = await superuser_actor(services)
    return Library(
        services,
        films,
        anonymous=await anonymous_actor(services),
        anna=await _member(services, root, []),
        boris=await _member(services, root, []),
        operator=await _member(services, root, ["selections.feature"]),
        labelled_reader=await _member(services, root, [f"films.view:{PREMIUM}"]),
        root=root,
    )


async def _member(services: Services, root: Actor, permissions: list[str]) -> Actor:
    signed_in = await sign_up(services)
    if permissions:
        name = permissions[0].replace(":", " ")
        async with unit_of_work(services.database) as unit:
            role = await services.access.create_role(root, unit, name, permissions)
        async with unit_of_work(services.database) as unit:
            await services.access.assign_role(root, unit, signed_in.account.id, role.id)
    actor = await actor_by_token(services, signed_in.token)
    assert actor is not None
    return actor
