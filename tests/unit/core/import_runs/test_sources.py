"""Operators change the order of sources, which decides whose values films show."""

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.import_runs.sources import list_sources, move_source
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.service import Import
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import Code, DomainError
from tests.support.accounts import anonymous_actor, superuser_actor
from tests.support.databases import rows

ONE = film("1", "Alien", year=1979, description="One.")
OTHER = film("a", "Alien", year=1979, description="Other.")


@pytest.fixture
async def root(services: Services) -> Actor:
    return await superuser_actor(services)


def import_films(services: Services) -> None:
    for source, record in (("club", ONE), ("imdb", OTHER)):
        Import(source).run(services.settings, [[record]])


async def names(services: Services, root: Actor) -> list[str]:
    async with unit_of_work(services.database) as unit:
        return [source.name for source in await list_sources(root, unit)]


async def move(services: Services, root: Actor, name: str, *, up: bool) -> None:
    (source_id,) = rows(services.settings, "SELECT id FROM sources WHERE name = ?", name)
    async with unit_of_work(services.database) as unit:
        await move_source(root, unit, source_id, up=up)


async def test_films_show_values_of_the_new_order_after_the_next_import(
    services: Services, root: Actor
) -> None:
    import_films(services)
    assert await names(services, root) == ["by hand", "imdb", "club"]
    assert rows(services.settings, "SELECT description FROM films") == ["Other."]
    await move(services, root, "club", up=True)
    assert await names(services, root) == ["by hand", "club", "imdb"]
    import_films(services)
    assert rows(services.settings, "SELECT description FROM films") == ["One."]


async def test_first_and_last_source_stay_at_the_ends(services: Services, root: Actor) -> None:
    import_films(services)
    await move(services, root, "by hand", up=True)
    await move(services, root, "club", up=False)
    assert await names(services, root) == ["by hand", "imdb", "club"]


async def test_unknown_source_and_missing_permission_are_rejected(
    services: Services, root: Actor
) -> None:
    async with unit_of_work(services.database) as unit:
        with pytest.raises(DomainError) as raised:
            await move_source(root, unit, 99, up=True)
        assert raised.value.code is Code.IMPORT_UNKNOWN
        with pytest.raises(DomainError) as raised:
            await list_sources(await anonymous_actor(services), unit)
        assert raised.value.code is Code.UNAUTHORIZED
