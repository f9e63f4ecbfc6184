"""A small catalogue, and who looks at it."""

from collections.abc import Awaitable, Callable

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.model import Film, FilmQuery
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit, unit_of_work
from tests.support.accounts import actor_by_token, anonymous_actor, sign_up, superuser_actor

WHO = ("anonymous", "user", "holder", "superuser")


@pytest.fixture
def viewers(services: Services, films: dict[str, int]) -> Callable[[], Awaitable[dict[str, Actor]]]:
    """Everybody of `WHO`; the holder may see films under the label premium."""

    async def come() -> dict[str, Actor]:
        root = await superuser_actor(services)
        user, holder = await sign_up(services), await sign_up(services)
        access = services.access
        async with unit_of_work(services.database) as unit:
            role = await access.create_role(root, unit, "holders", ["films.view:premium"])
        async with unit_of_work(services.database) as unit:
            await access.assign_role(root, unit, holder.account.id, role.id)
        seen = [await actor_by_token(services, started.token) for started in (user, holder)]
        actors = (await anonymous_actor(services), *seen, root)
        return {name: actor for name, actor in zip(WHO, actors, strict=True) if actor is not None}

    return come


async def found(services: Services, unit: Unit, actor: Actor, **query: object) -> list[Film]:
    """Every film of a query, through its pages; the total must say as many."""
    wanted = FilmQuery(**query)  # type: ignore[arg-type]
    listing = await services.catalogue.films(actor, unit, wanted, "192.0.2.1")
    pages = -(-listing.total // 12)
    films = [f for n in range(1, pages + 1) for f in (await listing.page(n)).items]
    assert len(films) == listing.total
    return films


async def titles(services: Services, unit: Unit, **query: object) -> list[str]:
    """The titles that somebody anonymous sees."""
    who = await anonymous_actor(services)
    return [film.title for film in await found(services, unit, who, **query)]
