"""Health, as balancers and supervisors ask for it."""

from collections.abc import AsyncIterator

import httpx
import pytest

from kinoteka.core.services import Services
from kinoteka.http.mechanics.endpoints import Endpoint, Target
from kinoteka.http.mechanics.router import Router
from kinoteka.server.app import NEUTRAL, asgi_application
from kinoteka.server.health import Health
from tests.support.databases import execute

READY = {
    "status": "ready",
    "reasons": [],
    "database": "ready",
    "storage": "writable",
    "bus": "none",
    "files": "folder",
}


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
async def client(services: Services, health: Health) -> AsyncIterator[httpx.AsyncClient]:
    """A server of health alone, in this process."""
    router: Router[Target] = Router()
    for route in health.routes():
        router.add(route.method, route.path, Endpoint(NEUTRAL, route))
    transport = httpx.ASGITransport(asgi_application(services, router, Router()))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


def test_running_server_is_alive_and_ready(server):
    client = server.client()
    alive, ready = client.get("/healthz"), client.get("/readyz")
    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (200, READY)
    for response in (alive, ready):
        assert response.headers["cache-control"] == "no-store"
        assert client.head(response.url).status_code == 200


def test_invalid_credentials_are_ignored(server):
    for path in ("/healthz", "/readyz"):
        response = server.client(authorization="Bearer nonsense").get(path)
        assert response.status_code == 200


async def test_server_is_ready_when_the_schema_is_current_or_newer(
    client: httpx.AsyncClient, services: Services
) -> None:
    assert (await client.get("/readyz")).json() == READY
    execute(services.settings, "UPDATE alembic_version SET version_num = '9999'")
    assert (await client.get("/readyz")).status_code == 200


async def test_server_is_not_ready_when_the_schema_is_older(
    client: httpx.AsyncClient, services: Services
) -> None:
    execute(services.settings, "UPDATE alembic_version SET version_num = '0000'")
    response = await client.get("/readyz")
    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    state = {"status": "not ready", "reasons": ["database"], "database": "to be migrated"}
    assert response.json() == READY | state


async def test_server_is_alive_but_not_ready_when_the_database_is_unreachable(
    client: httpx.AsyncClient, services: Services
) -> None:
    execute(services.settings, "DROP TABLE alembic_version")
    response = await client.get("/readyz")
    assert response.status_code == 503
    state = {"status": "not ready", "reasons": ["database"], "database": "away"}
    assert response.json() == READY | state
    assert (await client.get("/healthz")).status_code == 200


async def test_server_is_not_ready_while_it_stops(
    client: httpx.AsyncClient, health: Health
) -> None:
    health.stop()
    response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == READY | {"status": "not ready", "reasons": ["stopping"]}
    assert (await client.get("/healthz")).status_code == 200
