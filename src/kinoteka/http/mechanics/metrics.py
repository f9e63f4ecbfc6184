"""What a server counts while it serves: answers and how long they took, what is open.

Plain integers of this process, for less than half a microsecond a request: prometheus_client's
own counters and histograms for several processes take four. What the cache gives anybody is only
counted, and not measured. `server/process_metrics.py` tells what they mean.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable

import msgspec

BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
"""Upper bounds of the classes of durations, in seconds; one more class has what took longer."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD = "other"


class Series(msgspec.Struct):
    """Answers of one method and status: seconds in all, and how many of each class."""

    method: str
    status: int
    seconds: float = 0.0
    classes: list[int] = msgspec.field(default_factory=lambda: [0] * (len(BOUNDS) + 1))


class Endpoint:
    """A route of a contract, by its path's pattern, and what it has answered.

    `hits` came from the cache; `misses` were to, and were not there. `at_once` are hits that are
    not measured, by status.
    """

    __slots__ = ("_series", "at_once", "contract", "hits", "misses", "route")

    def __init__(self, contract: str, route: str) -> None:
        self.contract = contract
        self.route = route
        self.hits = self.misses = 0
        self.at_once: defaultdict[int, int] = defaultdict(int)
        self._series: dict[tuple[str, int], Series] = {}

    def count(self, method: str, status: int, seconds: float) -> None:
        """Count an answer."""
        series = self._series.get((method, status))
        if series is None:
            series = self._begin(method, status)
        series.seconds += seconds
        series.classes[bisect_left(BOUNDS, seconds)] += 1

    def series(self) -> list[Series]:
        """All that was measured; and what came at once, as of no duration at all."""
        at_once = [
            Series("GET", status, 0.0, [count, *[0] * len(BOUNDS)])
            for status, count in self.at_once.items()
        ]
        return [*self._series.values(), *at_once]

    def _begin(self, method: str, status: int) -> Series:
        # Clients may send any method; series must not become as many as they like.
        known = method if method in METHODS else OTHER_METHOD
        series = self._series.get((known, status))
        if series is None:
            series = self._series[known, status] = Series(known, status)
        return series


class Traffic:
    """What one process has served, and what it is serving."""

    def __init__(self) -> None:
        self.in_flight = 0
        self.sockets: Counter[str] = Counter()
        """WebSockets that are open, by contract."""
        self.connections = 0
        """Connections that are open, WebSockets included."""
        self.connections_closed: Counter[str] = Counter()
        """Connections that were refused, or closed by a timeout, by reason."""
        self.cached_bytes: Callable[[], int] = int
        """How much the cached answers take."""
        self._endpoints: dict[tuple[str, str], Endpoint] = {}

    def endpoint(self, contract: str, route: str) -> Endpoint:
        """The one of this name; always the same."""
        endpoint = self._endpoints.get((contract, route))
        if endpoint is None:
            endpoint = self._endpoints[contract, route] = Endpoint(contract, route)
        return endpoint

    def endpoints(self) -> list[Endpoint]:
        """All that have been asked for."""
        return list(self._endpoints.values())


TRAFFIC = Traffic()
"""This process's."""
