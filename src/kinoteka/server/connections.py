"""Limits on connections: how many may be open, and how long each may wait.

Every limit holds for one worker. Public operations: Admissions, Deadlines, open_file_limits.
"""

import resource
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import NamedTuple

import structlog

from kinoteka.core.rate_limits import networks
from kinoteka.http.mechanics.metrics import TRAFFIC
from kinoteka.infrastructure.settings import Settings

log = structlog.get_logger()

REPORT_SECONDS = 60.0
MAX_SWEEP_SECONDS = 1.0
SWEEPS_PER_TIMEOUT = 5

OTHER_FILES = 64
"""Open files of a worker that are neither connections nor counted by a setting."""


class Reason(StrEnum):
    """Why a connection was rejected or closed; the values appear in the log and in metrics."""

    TOTAL = "too_many"
    NETWORK = "too_many_of_network"
    HEAD = "head_too_slow"
    IDLE = "idle"
    BODY = "body_too_slow"
    RESPONSE = "response_not_read"


class Stage(Enum):
    """What a connection is doing."""

    HEAD = auto()
    """The client has yet to send a whole request head."""
    IDLE = auto()
    """Between two requests."""
    BODY = auto()
    """The server waits for more of a request body."""
    RESPONSE = auto()
    """The server works on a response, or sends it; also the last bytes before a close."""


class Observation(NamedTuple):
    """The state of a connection in one sweep.

    `progress` counts bytes: received ones in `BODY`, bytes left to send in `RESPONSE`.
    """

    stage: Stage
    request: object
    progress: int


@dataclass(slots=True)
class StageTimer:
    """The last observation of a connection, and since when it has been in its stage."""

    since: float
    last: Observation | None = None

    def begin(self, now: float, observed: Observation) -> None:
        """Start measuring at this observation."""
        self.since, self.last = now, observed


class Deadlines:
    """How long a connection may stay in each stage."""

    def __init__(self, settings: Settings) -> None:
        self._head = settings.head_seconds
        self._idle = settings.idle_seconds
        self._body = settings.body_seconds
        self._rate = settings.body_bytes_per_second

    @property
    def sweep_seconds(self) -> float:
        """How often connections are checked."""
        shortest = min(self._head, self._idle, self._body)
        return min(MAX_SWEEP_SECONDS, shortest / SWEEPS_PER_TIMEOUT)

    def check(self, stage_timer: StageTimer, observed: Observation, now: float) -> Reason | None:
        """Return why the connection must be closed now, or None if it may stay open."""
        last = stage_timer.last
        if last is None or last.stage is not observed.stage or last.request is not observed.request:
            stage_timer.begin(now, observed)
            return None
        waited = now - stage_timer.since
        if observed.stage is Stage.HEAD:
            return Reason.HEAD if waited >= self._head else None
        if observed.stage is Stage.IDLE:
            return Reason.IDLE if waited >= self._idle else None
        if observed.stage is Stage.BODY:
            return self._slow_body(stage_timer, last, observed, now)
        return self._unread(stage_timer, last, observed, now)

    def _slow_body(
        self, stage_timer: StageTimer, last: Observation, observed: Observation, now: float
    ) -> Reason | None:
        """Measure the rate in windows, so that a fast client may not stall later for hours."""
        waited = now - stage_timer.since
        if waited < self._body:
            return None
        if observed.progress - last.progress < self._rate * waited:
            return Reason.BODY
        stage_timer.begin(now, observed)
        return None

    def _unread(
        self, stage_timer: StageTimer, last: Observation, observed: Observation, now: float
    ) -> Reason | None:
        if observed.progress == 0 or observed.progress != last.progress:
            stage_timer.begin(now, observed)
            return None
        return Reason.RESPONSE if now - stage_timer.since >= self._idle else None


class Report:
    """Logs rejected and closed connections: at once, then once a minute with counts."""

    def __init__(self) -> None:
        self._counts: Counter[Reason] = Counter()
        self._next = 0.0

    def add(self, reason: Reason, now: float) -> None:
        """Count a connection."""
        self._counts[reason] += 1
        TRAFFIC.connections_closed[reason.value] += 1
        self.log(now)

    def log(self, now: float) -> None:
        """Log the counts, unless the last report is less than a minute old."""
        if not self._counts or now < self._next:
            return
        counts = {reason.value: count for reason, count in self._counts.items()}
        log.warning(
            "connections were rejected or closed because they exceeded a limit",
            open=TRAFFIC.connections,
            **counts,
        )
        self._counts.clear()
        self._next = now + REPORT_SECONDS


class Admissions:
    """Counts open connections, in total and per network.

    Connections of `trusted` proxies, and those of Unix sockets (without an address), count in
    the total only: behind them are many clients.
    """

    def __init__(self, total: int, per_network: int, trusted: Container[str]) -> None:
        self._total = total
        self._per_network = per_network
        self._trusted = trusted
        self._open = 0
        self._by_network: Counter[str] = Counter()

    def admit(self, address: str | None) -> "Admission | Reason":
        """Count a new connection; return why it is rejected if there are too many."""
        if self._open >= self._total:
            return Reason.TOTAL
        name = "" if address is None or address in self._trusted else networks(address)[0]
        if name:
            if self._by_network[name] >= self._per_network:
                return Reason.NETWORK
            self._by_network[name] += 1
        self._count(1)
        return Admission(self, name)

    def release(self, name: str) -> None:
        """Stop counting a connection."""
        self._count(-1)
        if name:
            left = self._by_network[name] - 1
            if left:
                self._by_network[name] = left
            else:
                del self._by_network[name]

    def _count(self, change: int) -> None:
        self._open += change
        TRAFFIC.connections = self._open


class Admission:
    """An open connection that counts until it is released."""

    __slots__ = ("_admissions", "_name")

    def __init__(self, admissions: Admissions, name: str) -> None:
        self._admissions: Admissions | None = admissions
        self._name = name

    def release(self) -> None:
        """Stop counting the connection. Repeated calls have no effect."""
        if self._admissions is not None:
            self._admissions.release(self._name)
            self._admissions = None


class OpenFiles(NamedTuple):
    """How many files a worker may open, how many it needs, and what that leaves."""

    allowed: int
    needed: int
    connections: int


def open_file_limits(settings: Settings, allowed: int) -> OpenFiles:
    """Return how many connections fit into `allowed` open files.

    If there are too few, half of them stay free for the database, uploads and other files.
    """
    others = OTHER_FILES + settings.database_pool + settings.uploads_at_once
    needed = settings.connections + others
    fit = max(allowed - others, allowed // 2)
    return OpenFiles(allowed, needed, min(settings.connections, fit))


def allowed_open_files(settings: Settings) -> int:
    """Return how many files a worker may open, once it has raised its soft limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return 2**31
    needed = open_file_limits(settings, 0).needed
    return max(soft, needed if hard == resource.RLIM_INFINITY else min(hard, needed))


def prepare_open_files(settings: Settings) -> OpenFiles:
    """Raise the soft limit of open files as far as needed; log if the hard limit is too low."""
    allowed = allowed_open_files(settings)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and allowed > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    limits = open_file_limits(settings, allowed)
    if limits.connections < settings.connections:
        log.warning(
            "the limit of open files is too low, so fewer connections are accepted: raise it "
            "(ulimit -n, LimitNOFILE= of systemd), or lower KINOTEKA_CONNECTIONS",
            open_files=limits.allowed,
            needed=limits.needed,
            connections=limits.connections,
        )
    return limits
