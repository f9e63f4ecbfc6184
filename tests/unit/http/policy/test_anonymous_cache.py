"""The shortcut for anonymous readers: who takes it, and what it counts."""

from typing import Any

import pytest

from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.http.mechanics.endpoints import Endpoint
from kinoteka.http.mechanics.representations import make_representation
from kinoteka.http.mechanics.response import Scope, json_response
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy import default_contract as neutral
from kinoteka.http.policy.anonymous_cache import AnonymousCacheMiddleware
from kinoteka.http.policy.response_cache import Entry, ResponseCache

HOST = (b"host", b"films.example")


async def handler() -> None:
    """Stand for a handler."""


@pytest.fixture
def endpoint() -> Endpoint:
    contract = neutral.contract("tests", "Tests", "", ())
    return Endpoint(contract, Route("GET", "/films", handler, ""))


class World:
    """A cache with one response behind the middleware, and the requests that were passed on."""

    def __init__(self, services: Services) -> None:
        self.cache = ResponseCache(1, services.revisions)
        self.services = services
        self.passed_on: list[Scope] = []
        self.middleware = AnonymousCacheMiddleware(self.application, self.cache, services.access)

    async def application(self, scope: Scope, *_: object) -> None:
        self.passed_on.append(scope)

    async def store(self, endpoint: Endpoint, *, needs_no_identity: bool = True) -> None:
        async with unit_of_work(self.services.database) as unit:
            anonymous = await self.services.access.anonymous(unit)
        key = ("/films", b"", anonymous.labels, False)
        made_of = ("catalogue",)
        form = make_representation(json_response(200, ["film"]), compressed=False)
        entry = Entry(form, endpoint, needs_no_identity)
        self.cache.store(key, entry, self.cache.revision(made_of), made_of)

    async def get(self, *headers: tuple[bytes, bytes], method: str = "GET") -> Scope:
        """Send a request and return its scope."""
        scope: Scope = {"type": "http", "method": method, "path": "/films", "query_string": b""}
        scope["headers"] = list(headers)

        async def channel(*_: object) -> Any:
            """Neither receive nor send anything."""

        await self.middleware(scope, channel, channel)
        return scope


@pytest.fixture
def world(services: Services) -> World:
    return World(services)


async def test_cached_response_is_sent_when_there_are_no_credentials(
    world: World, endpoint: Endpoint
) -> None:
    await world.store(endpoint)
    before = endpoint.metrics.unmeasured[200]
    scope = await world.get(HOST)
    assert world.passed_on == []
    assert endpoint.metrics.unmeasured[200] == before + 1
    assert (scope["route"], scope["endpoint"]) == (endpoint.route, handler)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([HOST, (b"cookie", b"a=b")], id="cookie"),
        pytest.param([HOST, (b"authorization", b"Bearer a")], id="token"),
        pytest.param([HOST, HOST], id="two hosts"),
        pytest.param([], id="no host"),
    ],
)
async def test_request_is_passed_on(
    world: World, endpoint: Endpoint, headers: list[tuple[bytes, bytes]]
) -> None:
    await world.store(endpoint)
    scope = await world.get(*headers)
    assert world.passed_on == [scope]


async def test_head_request_is_passed_on(world: World, endpoint: Endpoint) -> None:
    await world.store(endpoint)
    scope = await world.get(HOST, method="HEAD")
    assert world.passed_on == [scope]


async def test_request_is_passed_on_when_the_response_depends_on_the_actor(
    world: World, endpoint: Endpoint
) -> None:
    await world.store(endpoint, needs_no_identity=False)
    scope = await world.get(HOST)
    assert world.passed_on == [scope]


async def test_request_is_passed_on_when_its_encoding_is_not_cached(
    world: World, endpoint: Endpoint
) -> None:
    await world.store(endpoint)
    scope = await world.get(HOST, (b"accept-encoding", b"gzip"))
    assert world.passed_on == [scope]


async def test_request_is_passed_on_when_nothing_is_cached(world: World) -> None:
    scope = await world.get(HOST)
    assert world.passed_on == [scope]
