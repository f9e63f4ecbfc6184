"""Responses are cached when they are requested again, within a bound of memory."""

import gzip

import pytest

from kinoteka.database.unit import unit_of_work
from kinoteka.http.mechanics.endpoints import Endpoint
from kinoteka.http.mechanics.response import json_response
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy import default_contract as neutral
from kinoteka.http.policy.response_cache import Entry, ResponseCache, represent_for

MADE_OF = ("catalogue", "library")
CONTRACT = neutral.contract("tests", "Tests", "", ())
ENDPOINT = Endpoint(CONTRACT, Route("GET", "/", lambda: None, ""))


@pytest.fixture
def cache(services):
    return ResponseCache(1, services.revisions)


def key_of(name):
    return (f"/{name}", b"", (), False)


async def store(cache, name, body, made_of=MADE_OF):
    form = await represent_for(False, json_response(200, body))
    cache.store(key_of(name), Entry(form, ENDPOINT, True), cache.revision(made_of), made_of)


async def test_least_recently_used_entries_make_room(cache):
    for number in range(1000):
        await store(cache, number, [number, "x" * 4000])
        assert cache.get(key_of(0)) is not None
    left = [number for number in range(1000) if cache.get(key_of(number)) is not None]
    bodies = [cache.get(key_of(number)).form.response.body for number in left]
    assert sum(map(len, bodies)) < 1024 * 1024
    assert left == [0, *range(1001 - len(left), 1000)]
    assert len(left) > 100


async def test_response_larger_than_the_cache_is_not_cached(cache):
    await store(cache, "large", "x" * 2 * 1024 * 1024)
    assert cache.get(key_of("large")) is None


def test_second_request_is_repeated(cache):
    assert not cache.is_repeated(key_of("film"))
    assert cache.is_repeated(key_of("film"))


def test_request_of_another_encoding_or_other_labels_is_not_repeated(cache):
    path, query, labels, gzip_accepted = key_of("film")
    cache.is_repeated((path, query, labels, gzip_accepted))
    assert not cache.is_repeated((path, query, labels, not gzip_accepted))
    assert not cache.is_repeated((path, query, None, gzip_accepted))


async def test_outdated_response_is_replaced_when_it_is_requested(services, cache):
    await store(cache, "film", "x")
    async with unit_of_work(services.database) as unit:
        await services.revisions.increase(unit, "catalogue")
    assert cache.get(key_of("film")) is None
    assert cache.is_repeated(key_of("film"))


@pytest.mark.parametrize("length", [1_000, 2_000_000])
async def test_body_of_any_length_is_compressed_for_clients_that_accept_it(length):
    form = await represent_for(True, json_response(200, "x" * length))
    plain = await represent_for(False, json_response(200, "x" * length))
    assert gzip.decompress(form.response.body) == plain.response.body
    assert form.etags == plain.etags
