"""Rows and files of posters when several workers store one at the same time."""

import pytest

from kinoteka.core.film_posters.storage import PosterStorage
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit, unit_of_work
from tests.support.databases import rows
from tests.support.polling import wait_until

ADDRESS = "https://posters.example/1.jpg"
PICTURES = {"large": b"large", "small": b"small"}


@pytest.fixture
def storage(services: Services) -> PosterStorage:
    return PosterStorage(services.settings)


class LateUnit(Unit):
    """A unit that reads the poster's row before another worker stores it."""

    async def first(self, statement, **parameters):
        if not statement.writes:
            return None
        return await super().first(statement, **parameters)


async def test_only_the_first_of_two_workers_stores_a_poster(
    services: Services, storage: PosterStorage
) -> None:
    async with unit_of_work(services.database) as unit:
        assert await storage.store(unit, 1, ADDRESS, PICTURES)
    stored = rows(services.settings, "SELECT large_file FROM posters")
    late = LateUnit(services.database)
    assert not await storage.store(late, 1, ADDRESS, PICTURES)
    await late.commit()
    assert rows(services.settings, "SELECT large_file FROM posters") == stored
    folder = services.settings.data / "poster_cache"
    await wait_until(lambda: len(list(folder.glob("*.webp"))) == len(PICTURES))


async def test_failed_transaction_leaves_no_file(
    services: Services, storage: PosterStorage
) -> None:
    unit = Unit(services.database)
    await storage.store(unit, 1, ADDRESS, PICTURES)
    await unit.rollback()
    assert rows(services.settings, "SELECT film_id FROM posters") == []
    folder = services.settings.data / "poster_cache"
    await wait_until(lambda: not list(folder.glob("*.webp")))
