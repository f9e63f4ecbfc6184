"""Cached responses are valid for the revisions of the data that they were made of."""

import gzip

import pytest

from kinoteka.database.unit import unit_of_work
from kinoteka.http.mechanics.response import json_response
from kinoteka.http.policy.response_cache import ResponseCache

MADE_OF = ("catalogue", "library")


@pytest.fixture
def cache(services):
    return ResponseCache(1, services.revisions)


async def store(cache, key, body, made_of=MADE_OF):
    return await cache.set(key, cache.revision(made_of), made_of, json_response(200, body))


@pytest.mark.parametrize(
    ("raised", "is_valid"), [("catalogue", False), ("library", False), ("access", True)]
)
async def test_entry_is_valid_until_any_data_it_was_made_of_changes(
    services, cache, raised, is_valid
):
    stored = await store(cache, "key", "x")
    assert cache.get("key") is stored
    assert cache.get("other") is None
    async with unit_of_work(services.database) as unit:
        await services.revisions.increase(unit, raised)
    assert (cache.get("key") is stored) is is_valid


async def test_response_made_of_older_data_is_never_valid(services, cache):
    revision = cache.revision(MADE_OF)
    async with unit_of_work(services.database) as unit:
        await services.revisions.increase(unit, "catalogue")
    await cache.set("key", revision, MADE_OF, json_response(200, "x"))
    assert cache.get("key") is None


async def test_least_recently_used_entries_make_room(cache):
    for number in range(1000):
        await store(cache, number, [number, "x" * 4000])
        assert cache.get(0) is not None
    left = [number for number in range(1000) if cache.get(number) is not None]
    assert sum(len(cache.get(number).forms.plain.body) for number in left) < 1024 * 1024
    assert left == [0, *range(1001 - len(left), 1000)]
    assert len(left) > 100


async def test_response_larger_than_the_cache_is_returned_but_not_cached(cache):
    body = "x" * 2 * 1024 * 1024
    stored = await store(cache, "large", body)
    assert gzip.decompress(stored.forms.compressed.body) == stored.forms.plain.body
    assert cache.get("large") is None
