"""The table of all metrics, and their values in this process.

The gauge of several workers is the sum of theirs, unless it has the label `pid`.
"""

import gc
import os
import platform
import resource
import time
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from kinoteka.core.services import Services
from kinoteka.http.mechanics.body_memory import BODY_MEMORY
from kinoteka.http.mechanics.metrics import TRAFFIC
from kinoteka.infrastructure.security_events import COUNTS

REQUESTS = "kinoteka_http_requests_total"
DURATIONS = "kinoteka_http_request_duration_seconds"
PAGE = os.sysconf("SC_PAGE_SIZE")
STARTED = time.time()


class Metric(NamedTuple):
    """A row of the table. Samples have their labels in this order."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    description: str


METRICS = (
    Metric(REQUESTS, "counter", ("contract", "route", "method", "status"), "Responses."),
    Metric(
        DURATIONS,
        "histogram",
        ("contract", "route", "method"),
        "Seconds from a request's head to the last byte of its response; 0 for public cached ones.",
    ),
    Metric("kinoteka_http_requests_in_flight", "gauge", (), "Requests in progress."),
    Metric(
        "kinoteka_answer_cache_hits_total",
        "counter",
        ("contract", "route"),
        "Responses from the cache.",
    ),
    Metric(
        "kinoteka_answer_cache_misses_total",
        "counter",
        ("contract", "route"),
        "Responses that could be cached, but were not in the cache.",
    ),
    Metric("kinoteka_answer_cache_bytes", "gauge", (), "Memory that cached responses use."),
    Metric("kinoteka_websockets", "gauge", ("contract",), "Open WebSockets."),
    Metric("kinoteka_connections", "gauge", (), "Open connections, including WebSockets."),
    Metric(
        "kinoteka_connections_closed_total",
        "counter",
        ("reason",),
        "Connections that were refused or closed by a timeout.",
    ),
    Metric("kinoteka_uploads", "gauge", (), "Uploads in progress."),
    Metric("kinoteka_body_memory_bytes", "gauge", (), "Memory that request bodies use."),
    Metric(
        "kinoteka_threads_waiting",
        "gauge",
        ("pool",),
        "Jobs that wait for a thread: `passwords` (hashing) and `pictures` (decoding).",
    ),
    Metric(
        "kinoteka_security_events_total",
        "counter",
        ("event",),
        "Security events (see the list in docs/security.md).",
    ),
    Metric("kinoteka_threads_working", "gauge", ("pool",), "Jobs that run in threads."),
    Metric(
        "kinoteka_database_pool_limit", "gauge", (), "PostgreSQL: maximum number of connections."
    ),
    Metric("kinoteka_database_pool_used", "gauge", (), "PostgreSQL: connections in use."),
    Metric("kinoteka_database_pool_idle", "gauge", (), "PostgreSQL: idle connections."),
    Metric(
        "kinoteka_database_pool_waiting",
        "gauge",
        (),
        "PostgreSQL: requests that wait for a connection.",
    ),
    Metric(
        "kinoteka_database_writers",
        "gauge",
        (),
        "SQLite: transactions that write or wait to write.",
    ),
    Metric(
        "kinoteka_database_heavy_reads",
        "gauge",
        (),
        "Searches and other expensive reads, waiting or running.",
    ),
    Metric(
        "kinoteka_bus_connected",
        "gauge",
        ("pid",),
        "1 if a worker is connected to the others (through Redis or on the machine), otherwise 0.",
    ),
    Metric("kinoteka_workers", "gauge", (), "Running workers."),
    Metric(
        "kinoteka_event_loop_lag_seconds",
        "gauge",
        ("pid",),
        "Longest delay of a timer on the event loop in the last 15 seconds.",
    ),
    Metric("process_cpu_seconds_total", "counter", ("pid",), "Processor time."),
    Metric("process_resident_memory_bytes", "gauge", ("pid",), "Resident memory."),
    Metric("process_start_time_seconds", "gauge", ("pid",), "Start time, in seconds since 1970."),
    Metric(
        "python_gc_collections_total",
        "counter",
        ("pid", "generation"),
        "Runs of the garbage collector.",
    ),
    Metric("kinoteka_build_info", "gauge", ("version", "python"), "1 for each worker."),
)


class ResponseCounts(msgspec.Struct, array_like=True):
    """Responses of one endpoint to one method with one status (see `metrics.Series`)."""

    contract: str
    route: str
    method: str
    status: int
    seconds: float
    classes: list[int]


class Sample(msgspec.Struct, array_like=True):
    """A value of a metric with the values of its labels."""

    name: str
    labels: tuple[str, ...]
    value: float


class Snapshot(msgspec.Struct):
    """All values of one process.

    `published_at` is when it was published for the other processes, by the monotonic clock.
    """

    pid: int
    responses: list[ResponseCounts]
    samples: list[Sample]
    published_at: float = 0.0


def take_snapshot(services: Services, lag: float) -> Snapshot:
    """Read all values. It takes a tenth of a millisecond and waits for nothing."""
    pid = os.getpid()
    samples = [*_of_traffic(), *_of_services(services, str(pid)), *_of_process(str(pid), lag)]
    responses = [
        ResponseCounts(
            endpoint.contract,
            endpoint.route,
            series.method,
            series.status,
            series.seconds,
            series.classes,
        )
        for endpoint in TRAFFIC.endpoints()
        for series in endpoint.series()
    ]
    return Snapshot(pid, responses, samples)


def _of_traffic() -> Iterator[Sample]:
    yield Sample("kinoteka_http_requests_in_flight", (), TRAFFIC.in_flight)
    yield Sample("kinoteka_answer_cache_bytes", (), TRAFFIC.cached_bytes())
    yield Sample("kinoteka_body_memory_bytes", (), BODY_MEMORY.used)
    yield Sample("kinoteka_connections", (), TRAFFIC.connections)
    for reason, count in TRAFFIC.connections_closed.items():
        yield Sample("kinoteka_connections_closed_total", (reason,), count)
    for contract, count in TRAFFIC.sockets.items():
        yield Sample("kinoteka_websockets", (contract,), count)
    for event, count in COUNTS.items():
        yield Sample("kinoteka_security_events_total", (event.value,), count)
    for endpoint in TRAFFIC.endpoints():
        labels = (endpoint.contract, endpoint.route)
        hits = endpoint.hits + sum(endpoint.unmeasured.values())
        if hits or endpoint.misses:
            yield Sample("kinoteka_answer_cache_hits_total", labels, hits)
            yield Sample("kinoteka_answer_cache_misses_total", labels, endpoint.misses)


def _of_services(services: Services, pid: str) -> Iterator[Sample]:
    pools = {"passwords": services.accounts.hashing.load, "pictures": services.media.load}
    for pool, load in pools.items():
        yield Sample("kinoteka_threads_waiting", (pool,), load.waiting)
        yield Sample("kinoteka_threads_working", (pool,), load.working)
    yield Sample("kinoteka_uploads", (), services.uploads.in_progress)
    for name, value in services.database.stats().items():
        yield Sample(f"kinoteka_database_{name}", (), value)
    if has_bus(services):
        yield Sample("kinoteka_bus_connected", (pid,), services.bus.is_connected)


def _of_process(pid: str, lag: float) -> Iterator[Sample]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
    yield Sample("kinoteka_workers", (), 1)
    yield Sample("kinoteka_event_loop_lag_seconds", (pid,), lag)
    yield Sample("process_cpu_seconds_total", (pid,), used.ru_utime + used.ru_stime)
    yield Sample("process_resident_memory_bytes", (pid,), resident)
    yield Sample("process_start_time_seconds", (pid,), STARTED)
    for generation, statistics in enumerate(gc.get_stats()):
        labels = (pid, str(generation))
        yield Sample("python_gc_collections_total", labels, statistics["collections"])
    yield Sample("kinoteka_build_info", _build(), 1)


@cache
def _build() -> tuple[str, str]:
    return version("kinoteka"), platform.python_version()


def has_bus(services: Services) -> bool:
    """Return whether the process has other processes to connect to."""
    return bool(services.settings.redis_url) or services.settings.workers > 1
