"""GET /metrics: for Prometheus, in its text format; right for all workers, whichever answers.

With KINOTEKA_METRICS_TOKEN whoever has it may read them, without it programs on this machine.
"""

import asyncio
import hmac
import os
from collections import deque
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from kinoteka.core.services import Services
from kinoteka.errors import Code, DomainError
from kinoteka.http.mechanics.metrics import BOUNDS
from kinoteka.http.mechanics.request_ids import UNIX
from kinoteka.http.mechanics.response import SAFE, Response
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.settings import METRICS_FOLDER
from kinoteka.server import metric_readings as readings
from kinoteka.server.metric_readings import METRICS, Snapshot
from kinoteka.server.shared_readings import SharedReadings, added_up

if TYPE_CHECKING:
    from prometheus_client import Metric

log = structlog.get_logger()

TEXT = b"text/plain; version=0.0.4; charset=utf-8"
LOOPBACK = ("127.0.0.1", "::1", UNIX)
FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via")
"""What proxies add: whom they serve is not on this machine because they are."""

TICK_SECONDS = 1.0
TICKS_REMEMBERED = 15


class Metrics:
    """Serves what this process and its fellow workers read off themselves."""

    def __init__(self) -> None:
        self._lags: deque[float] = deque([0.0], TICKS_REMEMBERED)
        self._shared: SharedReadings | None = None
        self._has_failed = False

    def routes(self) -> tuple[Route, ...]:
        """Where metrics are served."""
        return (
            Route(
                "GET",
                "/metrics",
                self.show,
                "Metrics for Prometheus",
                media_type="text/plain",
                identity="none",
            ),
        )

    async def show(self, request: Request) -> Response:
        """Everybody's readings."""
        if not _may_read(request):
            raise DomainError(Code.PATH_UNKNOWN)
        own = self._own(request.core)
        # In a thread: there may be thousands of lines.
        text = await asyncio.to_thread(self._text, own)
        headers = [*SAFE, (b"content-type", TEXT), (b"cache-control", b"no-store")]
        return Response(200, text, headers)

    async def watch(self, services: Services) -> None:
        """See how late the event loop is, and let fellow workers know one's readings; for ever."""
        folder = os.environ.get(METRICS_FOLDER)
        self._shared = SharedReadings(Path(folder)) if folder else None
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            self._lags.append(max(0.0, loop.time() - due))
            if self._shared is not None:
                # In a thread: a disk may take its time.
                await asyncio.to_thread(self._leave, self._shared, self._own(services))

    def _leave(self, shared: SharedReadings, own: Snapshot) -> None:
        try:
            shared.leave(own)
        except OSError as error:  # a full disk, say
            if not self._has_failed:
                log.warning("metrics cannot be shared between workers", reason=str(error))
            self._has_failed = True
        else:
            self._has_failed = False

    def _own(self, services: Services) -> Snapshot:
        return readings.read(services, max(self._lags))

    def _text(self, own: Snapshot) -> bytes:
        # Here: a server without Prometheus does without its client.
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.registry import Collector

        everybody = added_up([own]) if self._shared is None else self._shared.all(own)

        class Present(Collector):
            def collect(self) -> "Iterator[Metric]":
                return _families(everybody)

        registry = CollectorRegistry(auto_describe=False)
        registry.register(Present())
        return generate_latest(registry)


def _may_read(request: Request) -> bool:
    expected = request.settings.metrics_token
    if expected:
        return hmac.compare_digest((request.bearer or "").encode(), expected.encode())
    return request.address in LOOPBACK and not any(name in request.headers for name in FORWARDED)


def _families(snapshot: Snapshot) -> "Iterator[Metric]":
    """Every metric with its samples, as prometheus_client has them, without empty ones."""
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    values: dict[str, list[tuple[tuple[str, ...], float]]] = {}
    for reading in snapshot.readings:
        values.setdefault(reading.name, []).append((reading.labels, reading.value))
    values[readings.REQUESTS] = [
        ((each.contract, each.route, each.method, str(each.status)), sum(each.classes))
        for each in snapshot.responses
    ]
    for name, kind, labels, meaning in METRICS:
        if kind == "histogram":
            yield _durations(name, labels, meaning, snapshot)
        elif values.get(name):
            made = CounterMetricFamily if kind == "counter" else GaugeMetricFamily
            family = made(name, meaning, labels=labels)
            for given, value in values[name]:
                family.add_metric(given, value)
            yield family


def _durations(name: str, labels: tuple[str, ...], meaning: str, snapshot: Snapshot) -> "Metric":
    from prometheus_client.core import HistogramMetricFamily

    seconds: dict[tuple[str, ...], float] = {}
    classes: dict[tuple[str, ...], list[int]] = {}
    for each in snapshot.responses:
        key: tuple[str, ...] = (each.contract, each.route, each.method)
        seconds[key] = seconds.get(key, 0) + each.seconds
        known = classes.get(key, [0] * len(each.classes))
        classes[key] = [a + b for a, b in zip(known, each.classes, strict=True)]
    family = HistogramMetricFamily(name, meaning, labels=labels)
    bounds = [*map(str, map(float, BOUNDS)), "+Inf"]
    for key, counts in classes.items():
        family.add_metric(key, list(zip(bounds, accumulate(counts), strict=True)), seconds[key])
    return family
