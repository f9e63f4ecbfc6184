"""A cached value is valid until data that it depends on changes."""

import pytest

from kinoteka.database.revision_cache import RevisionCache
from kinoteka.database.unit import unit_of_work

DEPENDENCIES = ("catalogue", "library")


@pytest.fixture
def cache(services):
    return RevisionCache(services.revisions, 3)


async def change(services, name):
    async with unit_of_work(services.database) as unit:
        await services.revisions.increase(unit, name)


@pytest.mark.parametrize(
    ("changed", "is_valid"),
    [("catalogue", False), ("library", False), ("access", True)],
    ids=["first dependency", "second dependency", "other data"],
)
async def test_value_is_valid_until_data_that_it_depends_on_changes(
    services, cache, changed, is_valid
):
    cache.set("key", "value", cache.revision(DEPENDENCIES), DEPENDENCIES)
    assert (cache.get("key"), cache.get("other")) == ("value", None)
    await change(services, changed)
    assert cache.get("key") == ("value" if is_valid else None)


async def test_value_is_invalid_when_its_data_changed_while_it_was_computed(services, cache):
    revision = cache.revision(DEPENDENCIES)
    await change(services, "catalogue")
    cache.set("key", "value", revision, DEPENDENCIES)
    assert cache.get("key") is None


async def test_value_without_dependencies_stays_valid(services, cache):
    cache.set("key", "value", cache.revision(()), ())
    await change(services, "catalogue")
    assert cache.get("key") == "value"


def test_least_recently_used_values_are_evicted_when_the_cache_is_full(cache):
    for number in range(5):
        cache.set(number, number, cache.revision(DEPENDENCIES), DEPENDENCIES)
        cache.get(0)
    assert [number for number in range(5) if cache.get(number) is not None] == [0, 3, 4]
    assert cache.size() == 3
