"""GET /metrics in Prometheus' text format, for all workers, whichever of them answers.

With KINOTEKA_METRICS_TOKEN, clients that send the token may read the metrics; without it, programs
on this machine.
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
from kinoteka.http.mechanics.response import SAFE, Response
from kinoteka.http.mechanics.routes import Route
from kinoteka.http.mechanics.trusted_proxies import UNIX
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.settings import METRICS_FOLDER
from kinoteka.server.process_metrics import METRICS, REQUESTS, Snapshot, take_snapshot
from kinoteka.server.worker_metrics import WorkerMetrics, sum_snapshots

if TYPE_CHECKING:
    from prometheus_client import Metric

log = structlog.get_logger()

TEXT = b"text/plain; version=0.0.4; charset=utf-8"
LOOPBACK = ("127.0.0.1", "::1", UNIX)
FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"via")
"""Headers that proxies add. A proxy runs on this machine, but its clients may not."""

TICK_SECONDS = 1.0
TICKS_STORED = 15


class Metrics:
    """Serves the metrics of this process and of the other workers."""

    def __init__(self) -> None:
        self._lags: deque[float] = deque([0.0], TICKS_STORED)
        self._workers: WorkerMetrics | None = None
        self._has_failed = False

    def routes(self) -> tuple[Route, ...]:
        """Return the route of the metrics."""
        return (
            Route(
                "GET",
                "/metrics",
                self.show,
                "Metrics for Prometheus",
                media_type="text/plain",
                identity="ignored",
            ),
        )

    async def show(self, request: Request) -> Response:
        """Return the metrics of all workers."""
        if not _may_read(request):
            raise DomainError(Code.PATH_UNKNOWN)
        own = self._snapshot(request.core)
        # In a thread, because there may be thousands of lines.
        text = await asyncio.to_thread(self._text, own)
        headers = [*SAFE, (b"content-type", TEXT), (b"cache-control", b"no-store")]
        return Response(200, text, headers)

    async def watch(self, services: Services) -> None:
        """Measure the event loop's delay and publish this process's values, until cancelled."""
        folder = os.environ.get(METRICS_FOLDER)
        self._workers = WorkerMetrics(Path(folder)) if folder else None
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            self._lags.append(max(0.0, loop.time() - due))
            if self._workers is not None:
                # In a thread, because a disk may be slow.
                await asyncio.to_thread(self._publish, self._workers, self._snapshot(services))

    def _publish(self, workers: WorkerMetrics, own: Snapshot) -> None:
        try:
            workers.publish(own)
        except OSError as error:  # for example a full disk
            if not self._has_failed:
                log.warning("metrics cannot be shared between workers", reason=str(error))
            self._has_failed = True
        else:
            self._has_failed = False

    def _snapshot(self, services: Services) -> Snapshot:
        return take_snapshot(services, max(self._lags))

    def _text(self, own: Snapshot) -> bytes:
        # Imported here, so that a server without Prometheus does not load its client.
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.registry import Collector

        total = sum_snapshots([own]) if self._workers is None else self._workers.total(own)

        class Current(Collector):
            def collect(self) -> "Iterator[Metric]":
                return _families(total)

        registry = CollectorRegistry(auto_describe=False)
        registry.register(Current())
        return generate_latest(registry)


def _may_read(request: Request) -> bool:
    expected = request.settings.metrics_token
    if expected:
        return hmac.compare_digest((request.bearer or "").encode(), expected.encode())
    return request.address in LOOPBACK and not any(name in request.headers for name in FORWARDED)


def _families(snapshot: Snapshot) -> "Iterator[Metric]":
    """Return every metric that has samples, in prometheus_client's types."""
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    values: dict[str, list[tuple[tuple[str, ...], float]]] = {}
    for sample in snapshot.samples:
        values.setdefault(sample.name, []).append((sample.labels, sample.value))
    values[REQUESTS] = [
        ((each.contract, each.route, each.method, str(each.status)), sum(each.classes))
        for each in snapshot.responses
    ]
    for name, kind, labels, description in METRICS:
        if kind == "histogram":
            yield _durations(name, labels, description, snapshot)
        elif values.get(name):
            family_type = CounterMetricFamily if kind == "counter" else GaugeMetricFamily
            family = family_type(name, description, labels=labels)
            for label_values, value in values[name]:
                family.add_metric(label_values, value)
            yield family


def _durations(
    name: str, labels: tuple[str, ...], description: str, snapshot: Snapshot
) -> "Metric":
    from prometheus_client.core import HistogramMetricFamily

    seconds: dict[tuple[str, ...], float] = {}
    classes: dict[tuple[str, ...], list[int]] = {}
    for each in snapshot.responses:
        key: tuple[str, ...] = (each.contract, each.route, each.method)
        seconds[key] = seconds.get(key, 0) + each.seconds
        known = classes.get(key, [0] * len(each.classes))
        classes[key] = [a + b for a, b in zip(known, each.classes, strict=True)]
    family = HistogramMetricFamily(name, description, labels=labels)
    bounds = [*map(str, map(float, BOUNDS)), "+Inf"]
    for key, counts in classes.items():
        family.add_metric(key, list(zip(bounds, accumulate(counts), strict=True)), seconds[key])
    return family
