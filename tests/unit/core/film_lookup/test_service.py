"""Which sites are asked, by whom, and what their failures mean."""

import json
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from kinoteka.core.access.model import Actor
from kinoteka.core.film_lookup import service as film_lookup
from kinoteka.core.film_lookup.service import FilmLookup
from kinoteka.core.services import Services
from kinoteka.errors import Code
from tests.support.accounts import sign_up
from tests.support.errors import raises_error
from tests.support.file_hosts import FileHost, run_file_host
from tests.support.ports import free_port

pytestmark = pytest.mark.engines("sqlite")

SEARCH = "/search/movie?query=mirror&language=en&api_key=key"
FOUND = json.dumps({"results": [{"id": 11, "title": "Mirror", "release_date": "1975-03-07"}]})


@pytest.fixture
def host() -> Iterator[FileHost]:
    with run_file_host() as host:
        host.files[SEARCH] = FOUND.encode()
        yield host


@pytest.fixture
async def operator(services: Services) -> Actor:
    return replace((await sign_up(services)).actor, superuser=True)


def lookup(services: Services, host: FileHost, **settings: object) -> FilmLookup:
    chosen = {"tmdb_key": "key", "tmdb_url": host.url, "wikidata_url": f"{host.url}/w"}
    return FilmLookup(replace(services.settings, **chosen | settings), services.throttle)


async def test_no_site_is_asked_by_default(services, operator) -> None:
    assert not services.film_lookup.is_available
    assert await services.film_lookup.search(operator, "mirror", "en") == []
    assert await services.film_lookup.film(operator, "tmdb:11", "en") is None


async def test_films_of_the_allowed_site_are_found(services, operator, host) -> None:
    found = await lookup(services, host).search(operator, " mirror ", "en")
    assert [(each.reference, each.year) for each in found or ()] == [("tmdb:11", 1975)]
    assert set(host.requests) == {SEARCH}


async def test_one_failing_site_does_not_hide_the_other(services, operator, host) -> None:
    found = await lookup(services, host, wikidata_lookup=True).search(operator, "mirror", "en")
    assert [each.reference for each in found or ()] == ["tmdb:11"]


@pytest.mark.parametrize("content", [b"[]", b"<html>", b'{"results":[{"id":"x"}]}', b"\xff"])
async def test_unknown_responses_count_as_failures(services, operator, host, content) -> None:
    host.files[SEARCH] = content
    assert await lookup(services, host).search(operator, "mirror", "en") is None


async def test_unreachable_site_counts_as_a_failure(services, operator, host) -> None:
    away = lookup(services, host, tmdb_url=f"http://127.0.0.1:{free_port()}")
    assert await away.search(operator, "mirror", "en") is None
    assert await away.film(operator, "tmdb:11", "en") is None


@pytest.mark.parametrize("reference", ["tmdb:../../3/account", "tmdb:-1", "imdb:tt1", "x", "tmdb:"])
async def test_invalid_references_are_not_requested(services, operator, host, reference) -> None:
    assert await lookup(services, host).film(operator, reference, "en") is None
    assert not host.requests


async def test_lookup_needs_the_permission(services, host) -> None:
    member = (await sign_up(services)).actor
    with raises_error(Code.FORBIDDEN):
        await lookup(services, host).search(member, "mirror", "en")
    with raises_error(Code.FORBIDDEN):
        await lookup(services, host).film(member, "tmdb:11", "en")


async def test_lookups_are_limited(services, operator, host, monkeypatch) -> None:
    monkeypatch.setattr(film_lookup, "RATE", "1 per minute")
    sites = lookup(services, host)
    await sites.search(operator, "mirror", "en")
    with raises_error(Code.THROTTLED):
        await sites.search(operator, "mirror", "en")
