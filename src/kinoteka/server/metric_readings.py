"""What /metrics says: the table of all metrics, and what this process reads off itself.

A gauge of several workers is the sum of theirs, unless it has the label `pid`.
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
    """A row of the table; labels in the order in which readings give them."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    labels: tuple[str, ...]
    meaning: str


METRICS = (
    Metric(REQUESTS, "counter", ("contract", "route", "method", "status"), "Answers."),
    Metric(
        DURATIONS,
        "histogram",
        ("contract", "route", "method"),
        "From a request's head to the last byte of its answer; 0 for what the cache gives anybody.",
    ),
    Metric("kinoteka_http_requests_in_flight", "gauge", (), "Requests that are being answered."),
    Metric(
        "kinoteka_answer_cache_hits_total",
        "counter",
        ("contract", "route"),
        "Answers that came from the cache.",
    ),
    Metric(
        "kinoteka_answer_cache_misses_total",
        "counter",
        ("contract", "route"),
        "Answers that may be cached, but had to be made.",
    ),
    Metric("kinoteka_answer_cache_bytes", "gauge", (), "What cached answers take in memory."),
    Metric("kinoteka_websockets", "gauge", ("contract",), "WebSockets that are open."),
    Metric("kinoteka_connections", "gauge", (), "Open connections, WebSockets included."),
    Metric(
        "kinoteka_connections_closed_total",
        "counter",
        ("reason",),
        "Connections that were refused, or that a timeout closed.",
    ),
    Metric("kinoteka_uploads", "gauge", (), "Uploads that are being received or processed."),
    Metric("kinoteka_body_memory_bytes", "gauge", (), "Memory that request bodies take."),
    Metric(
        "kinoteka_threads_waiting",
        "gauge",
        ("pool",),
        "Work that waits for a thread: of `passwords` (hashing) and `pictures` (decoding).",
    ),
    Metric(
        "kinoteka_security_events_total",
        "counter",
        ("event",),
        "Security events (see the list in docs/security.md).",
    ),
    Metric("kinoteka_threads_working", "gauge", ("pool",), "Work that is under way in threads."),
    Metric("kinoteka_database_pool_limit", "gauge", (), "PostgreSQL: connections at most."),
    Metric("kinoteka_database_pool_used", "gauge", (), "PostgreSQL: connections in use."),
    Metric("kinoteka_database_pool_idle", "gauge", (), "PostgreSQL: connections that are idle."),
    Metric(
        "kinoteka_database_pool_waiting", "gauge", (), "PostgreSQL: who waits for a connection."
    ),
    Metric(
        "kinoteka_database_writers", "gauge", (), "SQLite: who writes, or waits to be the writer."
    ),
    Metric(
        "kinoteka_database_heavy_reads", "gauge", (), "Searches and the like, waiting or under way."
    ),
    Metric(
        "kinoteka_bus_connected",
        "gauge",
        ("pid",),
        "Whether a worker is connected to the others (by Redis, or within the machine).",
    ),
    Metric("kinoteka_workers", "gauge", (), "Workers that serve."),
    Metric(
        "kinoteka_event_loop_lag_seconds",
        "gauge",
        ("pid",),
        "How late the event loop came to a timer, at worst within the last 15 seconds.",
    ),
    Metric("process_cpu_seconds_total", "counter", ("pid",), "Processor time."),
    Metric("process_resident_memory_bytes", "gauge", ("pid",), "Resident memory."),
    Metric("process_start_time_seconds", "gauge", ("pid",), "When the process began, since 1970."),
    Metric(
        "python_gc_collections_total",
        "counter",
        ("pid", "generation"),
        "Runs of the garbage collector.",
    ),
    Metric("kinoteka_build_info", "gauge", ("version", "python"), "1 for each worker."),
)


class Answers(msgspec.Struct, array_like=True):
    """What one endpoint has answered with one status to one method (see `metrics.Series`)."""

    contract: str
    route: str
    method: str
    status: int
    seconds: float
    classes: list[int]


class Reading(msgspec.Struct, array_like=True):
    """A value of a metric, and its labels' values."""

    name: str
    labels: tuple[str, ...]
    value: float


class Snapshot(msgspec.Struct):
    """All that one process reads off itself.

    `left_at` is when it was left for the other processes, by the monotonic clock of the machine.
    """

    pid: int
    responses: list[Answers]
    readings: list[Reading]
    left_at: float = 0.0


def read(services: Services, lag: float) -> Snapshot:
    """Read everything; takes a tenth of a millisecond and waits for nothing."""
    pid = os.getpid()
    readings = [*_of_traffic(), *_of_services(services, str(pid)), *_of_process(str(pid), lag)]
    responses = [
        Answers(
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
    return Snapshot(pid, responses, readings)


def _of_traffic() -> Iterator[Reading]:
    yield Reading("kinoteka_http_requests_in_flight", (), TRAFFIC.in_flight)
    yield Reading("kinoteka_answer_cache_bytes", (), TRAFFIC.cached_bytes())
    yield Reading("kinoteka_body_memory_bytes", (), BODY_MEMORY.used)
    yield Reading("kinoteka_connections", (), TRAFFIC.connections)
    for reason, count in TRAFFIC.connections_closed.items():
        yield Reading("kinoteka_connections_closed_total", (reason,), count)
    for contract, count in TRAFFIC.sockets.items():
        yield Reading("kinoteka_websockets", (contract,), count)
    for event, count in COUNTS.items():
        yield Reading("kinoteka_security_events_total", (event.value,), count)
    for endpoint in TRAFFIC.endpoints():
        labels = (endpoint.contract, endpoint.route)
        hits = endpoint.hits + sum(endpoint.at_once.values())
        if hits or endpoint.misses:
            yield Reading("kinoteka_answer_cache_hits_total", labels, hits)
            yield Reading("kinoteka_answer_cache_misses_total", labels, endpoint.misses)


def _of_services(services: Services, pid: str) -> Iterator[Reading]:
    pools = {"passwords": services.accounts.hashing.load, "pictures": services.media.load}
    for pool, load in pools.items():
        yield Reading("kinoteka_threads_waiting", (pool,), load.waiting)
        yield Reading("kinoteka_threads_working", (pool,), load.working)
    yield Reading("kinoteka_uploads", (), services.uploads.in_progress)
    for name, value in services.database.stats().items():
        yield Reading(f"kinoteka_database_{name}", (), value)
    if has_bus(services):
        yield Reading("kinoteka_bus_connected", (pid,), services.bus.is_connected)


def _of_process(pid: str, lag: float) -> Iterator[Reading]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * PAGE
    yield Reading("kinoteka_workers", (), 1)
    yield Reading("kinoteka_event_loop_lag_seconds", (pid,), lag)
    yield Reading("process_cpu_seconds_total", (pid,), used.ru_utime + used.ru_stime)
    yield Reading("process_resident_memory_bytes", (pid,), resident)
    yield Reading("process_start_time_seconds", (pid,), STARTED)
    for generation, seen in enumerate(gc.get_stats()):
        labels = (pid, str(generation))
        yield Reading("python_gc_collections_total", labels, seen["collections"])
    yield Reading("kinoteka_build_info", _build(), 1)


@cache
def _build() -> tuple[str, str]:
    return version("kinoteka"), platform.python_version()


def has_bus(services: Services) -> bool:
    """Whether there are other processes to be connected to."""
    return bool(services.settings.redis_url) or services.settings.workers > 1
