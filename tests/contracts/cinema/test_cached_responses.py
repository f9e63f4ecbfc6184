"""Cached responses: no query while nothing changes, and never outdated data."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import product

import httpx
import pytest

from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.server.app import asgi_application, compose
from tests.support.accounts import actor_by_token, sign_up
from tests.support.cinema_clients import Cinema
from tests.support.databases import execute
from tests.support.polling import eventually
from tests.support.servers import RunningServer

CACHED = (
    "/movies/?page=1",
    "/movies/?page=2&status=new",
    "/movies/?year=1979",
    "/movies/",
    "/movies/1",
    "/genres/?page=1",
    "/genres/",
    "/directors/2",
)


@pytest.fixture
async def app(services: Services, films: dict[str, int]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a server in this process, whose database calls can be recorded."""
    transport = httpx.ASGITransport(asgi_application(services, *compose()))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


@pytest.fixture
async def superuser(services: Services) -> dict[str, str]:
    """The headers of a superuser's requests."""
    result = await sign_up(services)
    async with unit_of_work(services.database) as unit:
        await services.accounts.set_superuser(unit, result.account.id)
    return {"cookie": f"session_id={result.token}"}


def record_database_calls(services: Services) -> list[str]:
    """Record the calls of the database from now on."""
    calls: list[str] = []

    def recorded(name: str) -> Callable[..., Awaitable[object]]:
        method: Callable[..., Awaitable[object]] = getattr(services.database, name)

        def wrapper(*arguments: object) -> Awaitable[object]:
            calls.append(name)
            return method(*arguments)

        return wrapper

    for name in ("read", "read_in_thread", "begin"):
        setattr(services.database, name, recorded(name))
    return calls


async def test_unchanged_response_needs_no_query(
    services: Services, app: httpx.AsyncClient, superuser: dict[str, str]
) -> None:
    for path, headers in product(CACHED, ({}, superuser)):
        first = [await app.get(path, headers=headers) for _ in range(2)][-1]
        calls = record_database_calls(services)
        again = await app.get(path, headers=headers)
        assert (again.status_code, again.content) == (200, first.content), path
        assert again.headers.pop("x-request-id") != first.headers.pop("x-request-id"), path
        assert again.headers == first.headers, path
        assert calls == [], path


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_matching_validator_gets_304(app: httpx.AsyncClient, encoding: str) -> None:
    accepts = {"accept-encoding": encoding}
    for path in CACHED:
        response = await app.get(path, headers=accepts)
        known = accepts | {"if-none-match": response.headers["etag"]}
        for _ in range(3):  # before and after the response is cached
            again = await app.get(path, headers=known)
            assert (again.status_code, again.content) == (304, b""), path
            assert again.headers["etag"] == response.headers["etag"], path


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_response_is_the_same_before_and_after_it_is_cached(
    app: httpx.AsyncClient, method: str, encoding: str
) -> None:
    headers = {"accept-encoding": encoding}
    responses = [await app.request(method, "/movies/?page=1", headers=headers) for _ in range(4)]
    for response in responses:
        del response.headers["x-request-id"]
        assert response.headers == responses[0].headers
        assert response.content == responses[0].content
    is_compressed = "content-encoding" in responses[0].headers
    assert is_compressed == (encoding == "gzip")


async def test_each_encoding_is_cached_separately(
    services: Services, app: httpx.AsyncClient
) -> None:
    compressed, plain = {"accept-encoding": "gzip"}, {"accept-encoding": "identity"}
    for headers in (compressed, plain):
        for _ in range(2):
            await app.get("/movies/?page=1", headers=headers)
    calls = record_database_calls(services)
    both = [await app.get("/movies/?page=1", headers=each) for each in (compressed, plain)]
    assert both[0].content == both[1].content
    assert [each.headers.get("content-encoding") for each in both] == ["gzip", None]
    assert both[0].headers["etag"] != both[1].headers["etag"]
    assert calls == []


async def test_concurrent_first_requests_get_the_same_response(app: httpx.AsyncClient) -> None:
    responses = await asyncio.gather(*(app.get("/movies/?page=1") for _ in range(5)))
    assert len({response.content for response in responses}) == 1
    assert len({response.headers["etag"] for response in responses}) == 1


async def test_label_hides_a_cached_film_at_once(
    services: Services, app: httpx.AsyncClient, superuser: dict[str, str], films: dict[str, int]
) -> None:
    root = await actor_by_token(services, superuser["cookie"].partition("=")[2])
    assert root is not None
    path = f"/movies/{films['Alien']}"
    for label, status in ((None, 200), ("premium", 404), (None, 200)):
        async with unit_of_work(services.database) as unit:
            await services.labels.set_label(root, unit, films["Alien"], label)
        assert (await app.get(path)).status_code == status
        assert (await app.get(path, headers=superuser)).status_code == 200
        totals = [(await app.get(p)).headers["x-total-count"] for p in ("/movies/", "/genres/")]
        assert totals == (["17", "9"] if status == 200 else ["16", "8"])


async def test_responses_are_cached_separately_by_visible_labels(
    app: httpx.AsyncClient, superuser: dict[str, str]
) -> None:
    for path in CACHED[:4]:
        for _ in range(2):
            unrestricted = await app.get(path, headers=superuser)
            visible = await app.get(path)
            assert unrestricted.headers["x-total-count"] >= visible.headers["x-total-count"]
            assert "Cookie" in unrestricted.headers["vary"].title()
        if path != "/movies/?year=1979":
            assert unrestricted.content != visible.content


async def test_given_or_removed_label_takes_effect_at_once(
    services: Services, app: httpx.AsyncClient, superuser: dict[str, str], films: dict[str, int]
) -> None:
    member = await sign_up(services)
    headers = {"cookie": f"session_id={member.token}"}
    role = {"name": "holders", "permissions": ["films.view:premium"]}
    made = await app.post("/api/v1/role", json=role, headers=superuser)
    path = f"/api/v1/user/{member.account.id}/role/{made.json()['id']}"
    for method, total in (("DELETE", "17"), ("POST", "19"), ("DELETE", "17")):
        assert (await app.request(method, path, headers=superuser)).is_success
        response = await app.get("/movies/?page=1", headers=headers)
        assert response.headers["x-total-count"] == total


async def test_long_url_is_served_without_the_cache(
    services: Services, app: httpx.AsyncClient
) -> None:
    path = f"/movies/?page=1&x={'y' * 600}"
    assert (await app.get(path)).content == (await app.get("/movies/?page=1")).content
    calls = record_database_calls(services)
    assert (await app.get(path)).status_code == 200
    assert calls  # a long URL is not worth the memory


def test_change_by_another_process_becomes_visible(
    start_server: Callable[..., RunningServer],
) -> None:
    server = start_server()
    app = server.client()
    assert app.get("/movies/?page=1").json() == []
    cinema = Cinema(server)
    eventually(lambda: app.get("/movies/?page=1").headers["x-total-count"] == "17")
    alien = f"/movies/{cinema.films['Alien']}"
    assert app.get(alien).json()["rating"] == 8.5
    for change in (
        "UPDATE films SET rating = 9 WHERE title = 'Alien'",
        "DELETE FROM films WHERE title = 'Ran'",
        "UPDATE revisions SET value = value + 1 WHERE name = 'catalogue'",
    ):
        execute(server.settings, change)
    eventually(lambda: app.get("/movies/?page=1").headers["x-total-count"] == "16")
    assert app.get(alien).json()["rating"] == 9
    assert app.get(f"/movies/{cinema.films['Ran']}").status_code == 404
