"""Cached responses are valid for the revisions of the data that they were made of."""

import gzip

import pytest

from kinoteka.http.mechanics.endpoints import Endpoint
from kinoteka.http.mechanics.response import json_response
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy import default_contract as neutral
from kinoteka.http.policy.response_cache import ResponseCache

MADE_OF = ("catalogue", "library")
CONTRACT = neutral.contract("tests", "Tests", "", ())
ENDPOINT = Endpoint(CONTRACT, Route("GET", "/", lambda: None, ""))


@pytest.fixture
def cache(services):
    return ResponseCache(1, services.revisions)


async def store(cache, key, body, made_of=MADE_OF):
    response = json_response(200, body)
    return await cache.store(key, cache.revision(made_of), made_of, response, ENDPOINT)


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
