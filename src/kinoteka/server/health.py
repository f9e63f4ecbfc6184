"""GET /healthz: the process responds. GET /readyz: it can serve.

/healthz touches nothing. /readyz reads the schema's revision from the database and checks whether
writes succeed. Without Redis or the object store, reads and sign-in still work, so /readyz reports
them but stays ready.
"""

import asyncio
import time
from functools import cache
from typing import Literal

import msgspec
import structlog

from kinoteka.core.services import Services
from kinoteka.database import migrations
from kinoteka.database.schema_revision import REVISION
from kinoteka.database.unit import Unit
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.response import Response, json_response
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.disk import DISK_STATE, probe
from kinoteka.server.process_metrics import has_bus

log = structlog.get_logger()

DATABASE_SECONDS = 2
RETRY_AFTER_SECONDS = 5
PROBE_SECONDS = 1.0


class Alive(msgspec.Struct):
    """The response of a process that runs."""

    status: Literal["alive"] = "alive"


class Readiness(msgspec.Struct):
    """Whether the process can serve, and the reasons if it cannot."""

    status: Literal["ready", "not ready"]
    reasons: list[Literal["database", "storage", "stopping"]]
    database: Literal["ready", "away", "to be migrated"]
    storage: Literal["writable", "full"]
    bus: Literal["none", "connected", "away"]
    files: Literal["folder", "object store"]


class Health:
    """Reports the state of this process to load balancers and supervisors."""

    def __init__(self) -> None:
        self._is_stopping = False
        self._storage_state: Literal["writable", "full"] = "writable"
        self._next_probe = 0.0

    def routes(self) -> tuple[Route, ...]:
        """Return the routes."""
        return (
            Route("GET", "/healthz", self.live, "The process is alive", identity="ignored"),
            Route("GET", "/readyz", self.ready, "The server can serve", identity="ignored"),
        )

    def stop(self) -> None:
        """Report from now on that the process is stopping."""
        self._is_stopping = True

    async def live(self, request: Request) -> Response:
        """Report that the process is alive."""
        del request
        return json_response(200, Alive())

    async def ready(self, request: Request) -> Response:
        """Report whether the server can serve (503 if not)."""
        readiness = await self._check(request.core, request.unit)
        if not readiness.reasons:
            return json_response(200, readiness)
        wait = (b"retry-after", str(RETRY_AFTER_SECONDS).encode())
        return json_response(503, readiness, [wait])

    async def _check(self, services: Services, unit: Unit) -> Readiness:
        database = await _check_database(unit)
        reasons: list[Literal["database", "storage", "stopping"]] = []
        if database != "ready":
            reasons.append("database")
        storage = await self._storage(services)
        if storage == "full":
            reasons.append("storage")
        if self._is_stopping:
            reasons.append("stopping")
        bus: Literal["none", "connected", "away"] = "none"
        if has_bus(services):
            bus = "connected" if services.bus.is_connected else "away"
        return Readiness(
            status="not ready" if reasons else "ready",
            reasons=reasons,
            database=database,
            storage=storage,
            bus=bus,
            files="object store" if services.settings.files_url else "folder",
        )

    async def _storage(self, services: Services) -> Literal["writable", "full"]:
        """Return whether writes succeed. Probe at most once in `PROBE_SECONDS`."""
        now = time.monotonic()
        if now >= self._next_probe:
            self._next_probe = now + PROBE_SECONDS
            self._storage_state = await _probe_storage(services)
        return self._storage_state


async def _probe_storage(services: Services) -> Literal["writable", "full"]:
    try:
        await asyncio.to_thread(probe, services.settings.data)
        if DISK_STATE.has_failed:
            await services.database.probe_storage()
    except DomainError as error:
        if error.code is Code.DISK_FULL:
            return "full"
        return "full" if DISK_STATE.has_failed else "writable"
    DISK_STATE.record_success()
    return "writable"


async def _check_database(unit: Unit) -> Literal["ready", "away", "to be migrated"]:
    try:
        async with asyncio.timeout(DATABASE_SECONDS):
            row = await unit.first(REVISION)
    except (TimeoutError, DomainError):
        return "away"
    except Exception:
        log.exception("the database cannot be read")
        return "away"
    # A newer revision belongs to newer workers, which replace these one by one.
    return "ready" if row is not None and row[0] >= _newest() else "to be migrated"


@cache
def _newest() -> str:
    return migrations.newest()
