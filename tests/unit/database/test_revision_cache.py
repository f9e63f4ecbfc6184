"""A cached value is valid while the data it was made of does not change."""

import pytest

from kinoteka.database.revision_cache import RevisionCache
from kinoteka.database.unit import unit_of_work

MADE_OF = ("catalogue", "library")


@pytest.fixture
def cache(services):
    return RevisionCache(services.revisions, 3)


async def change(services, name):
    async with unit_of_work(services.database) as unit:
        await services.revisions.increase(unit, name)


@pytest.mark.parametrize(
    ("changed", "is_valid"), [("catalogue", False), ("library", False), ("access", True)]
)
async def test_value_is_valid_until_any_of_its_data_changes(services, cache, changed, is_valid):
    cache.set("key", "value", cache.revision(MADE_OF), MADE_OF)
    assert (cache.get("key"), cache.get("other")) == ("value", None)
    await change(services, changed)
    assert cache.get("key") == ("value" if is_valid else None)


async def test_value_made_of_older_data_is_never_valid(services, cache):
    revision = cache.revision(MADE_OF)
    await change(services, "catalogue")
    cache.set("key", "value", revision, MADE_OF)
    assert cache.get("key") is None


async def test_values_made_of_nothing_are_always_valid(services, cache):
    cache.set("key", "value", cache.revision(()), ())
    await change(services, "catalogue")
    assert cache.get("key") == "value"


def test_least_recently_used_values_make_room(cache):
    for number in range(5):
        cache.set(number, number, cache.revision(MADE_OF), MADE_OF)
        cache.get(0)
    assert [number for number in range(5) if cache.get(number) is not None] == [0, 3, 4]
    assert cache.size() == 3
