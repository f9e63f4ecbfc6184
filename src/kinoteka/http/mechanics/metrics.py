"""Metrics: responses and their durations, and what is open, counted by one process.

They are plain integers, which cost less than half a microsecond per request: the counters and
histograms of prometheus_client for several processes cost four. Cached responses to anonymous
requests are counted, but not measured. `server/process_metrics.py` describes every metric.
"""

import asyncio
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from time import perf_counter

import msgspec

from kinoteka.http.mechanics.response import STATUS, ASGIApplication, Message, Receive, Scope, Send
from kinoteka.infrastructure.logging import ENDPOINT

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
"""Upper bounds of the buckets of durations, in seconds. One more bucket has longer ones."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD = "other"
UNKNOWN_ROUTE = "(unknown)"
"""The route of requests for paths that no route serves."""
CLIENT_CLOSED_REQUEST = 499
"""The status of a request whose client left before the response (as in nginx)."""
SWITCHING_PROTOCOLS = 101

Log = Callable[[Scope, int, float], None]


class Series(msgspec.Struct):
    """Responses of one method and status: seconds in total, and the number in each bucket."""

    method: str
    status: int
    seconds: float = 0.0
    classes: list[int] = msgspec.field(default_factory=lambda: [0] * (len(BOUNDS) + 1))


class EndpointMetrics:
    """The responses of one route of a contract.

    `hits` and `misses` count look-ups in the response cache. `unmeasured` counts hits without a
    duration, by status.
    """

    __slots__ = ("_series", "contract", "hits", "misses", "route", "unmeasured")

    def __init__(self, contract: str, route: str) -> None:
        self.contract = contract
        self.route = route
        self.hits = self.misses = 0
        self.unmeasured: defaultdict[int, int] = defaultdict(int)
        self._series: dict[tuple[str, int], Series] = {}

    def count(self, method: str, status: int, seconds: float) -> None:
        """Count a response."""
        series = self._series.get((method, status))
        if series is None:
            series = self._add_series(method, status)
        series.seconds += seconds
        series.classes[bisect_left(BOUNDS, seconds)] += 1

    def series(self) -> list[Series]:
        """Return all series. Unmeasured responses have a duration of zero."""
        unmeasured = [
            Series("GET", status, 0.0, [count, *[0] * len(BOUNDS)])
            for status, count in self.unmeasured.items()
        ]
        return [*self._series.values(), *unmeasured]

    def _add_series(self, method: str, status: int) -> Series:
        # Clients may send any method, and must not be able to add series.
        known = method if method in METHODS else OTHER_METHOD
        series = self._series.get((known, status))
        if series is None:
            series = self._series[known, status] = Series(known, status)
        return series


class Traffic:
    """The metrics of one process."""

    def __init__(self) -> None:
        self.in_flight = 0
        """Requests that have no complete response yet."""
        self.sockets: Counter[str] = Counter()
        """Open WebSockets, by contract."""
        self.connections = 0
        """Open connections, WebSockets included."""
        self.connections_closed: Counter[str] = Counter()
        """Connections that were rejected, or closed by a timeout, by reason."""
        self.cached_bytes: Callable[[], int] = int
        """Returns the memory that cached responses take."""
        self._endpoints: dict[tuple[str, str], EndpointMetrics] = {}

    def endpoint(self, contract: str, route: str) -> EndpointMetrics:
        """Return the metrics of a route of a contract, always the same object."""
        endpoint = self._endpoints.get((contract, route))
        if endpoint is None:
            endpoint = self._endpoints[contract, route] = EndpointMetrics(contract, route)
        return endpoint

    def endpoints(self) -> list[EndpointMetrics]:
        """Return the metrics of all routes."""
        return list(self._endpoints.values())


TRAFFIC = Traffic()
"""The metrics of this process."""


class MetricsMiddleware:
    """Measures and counts every response and WebSocket.

    The application stores the metrics of the endpoint in the scope under `ENDPOINT`. Requests
    without them count for `unknown`. `log` is called with the scope, status and seconds of each.
    """

    def __init__(
        self, application: ASGIApplication, unknown: EndpointMetrics, log: Log | None = None
    ) -> None:
        self._application = application
        self._unknown = unknown
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection of the kinds http and websocket."""
        started = perf_counter()
        if scope["type"] == "websocket":
            await self._serve_websocket(scope, receive, send, started)
            return
        TRAFFIC.in_flight += 1
        try:
            await self._application(scope, receive, send)
        except ConnectionResetError:
            scope[STATUS] = CLIENT_CLOSED_REQUEST
        except asyncio.CancelledError:
            scope[STATUS] = CLIENT_CLOSED_REQUEST
            raise
        finally:
            seconds = perf_counter() - started
            TRAFFIC.in_flight -= 1
            status = scope.get(STATUS, 500)
            scope.setdefault(ENDPOINT, self._unknown).count(scope["method"], status, seconds)
            if self._log is not None:
                self._log(scope, status, seconds)

    async def _serve_websocket(
        self, scope: Scope, receive: Receive, send: Send, started: float
    ) -> None:
        is_open = False

        def send_counting(message: Message) -> Awaitable[None]:
            nonlocal is_open
            if message["type"] == "websocket.accept":
                is_open = True
                self._count_handshake(scope, SWITCHING_PROTOCOLS, started)
                TRAFFIC.sockets[scope[ENDPOINT].contract] += 1
            elif message["type"] == "websocket.http.response.start":
                self._count_handshake(scope, message["status"], started)
            return send(message)

        try:
            await self._application(scope, receive, send_counting)
        finally:
            if is_open:
                TRAFFIC.sockets[scope[ENDPOINT].contract] -= 1

    def _count_handshake(self, scope: Scope, status: int, started: float) -> None:
        seconds = perf_counter() - started
        scope.setdefault(ENDPOINT, self._unknown).count("GET", status, seconds)
        if self._log is not None:
            self._log(scope, status, seconds)
