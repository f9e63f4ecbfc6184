"""Actors with different permissions, and the films that they see."""

from collections.abc import Awaitable, Callable

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.catalogue.model import Film, FilmQuery
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit, unit_of_work
from tests.support.accounts import actor_by_token, anonymous_actor, sign_up, superuser_actor

VIEWER_NAMES = ("anonymous", "user", "labelled_reader", "superuser")


@pytest.fixture
def viewers(services: Services, films: dict[str, int]) -> Callable[[], Awaitable[dict[str, Actor]]]:
    """Return a function that creates the actors. `labelled_reader` may view the label premium."""

    async def create_viewers() -> dict[str, Actor]:
        root = await superuser_actor(services)
        user, labelled_reader = await sign_up(services), await sign_up(services)
        access = services.access
        async with unit_of_work(services.database) as unit:
            role = await access.create_role(root, unit, "readers", ["films.view:premium"])
        async with unit_of_work(services.database) as unit:
            await access.assign_role(root, unit, labelled_reader.account.id, role.id)
        visible = [
            await actor_by_token(services, signed_in.token) for signed_in in (user, labelled_reader)
        ]
        actors = (await anonymous_actor(services), *visible, root)
        return {
            name: actor
            for name, actor in zip(VIEWER_NAMES, actors, strict=True)
            if actor is not None
        }

    return create_viewers


async def visible_films(
    services: Services, unit: Unit, actor: Actor, **query: object
) -> list[Film]:
    """Return the films of all pages of a query, and check the total."""
    film_query = FilmQuery(**query)  # type: ignore[arg-type]
    listing = await services.catalogue.films(actor, unit, film_query, "192.0.2.1")
    pages = -(-listing.total // 12)
    films = [f for n in range(1, pages + 1) for f in (await listing.page(n)).items]
    assert len(films) == listing.total
    return films


async def anonymous_titles(services: Services, unit: Unit, **query: object) -> list[str]:
    """Return the titles of the films that an anonymous reader sees."""
    viewer = await anonymous_actor(services)
    return [film.title for film in await visible_films(services, unit, viewer, **query)]
