"""The time from start to first response, and memory, with the demo catalogue."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.load import wrk
from benchmarks.servers import kinoteka


def run(show: Callable[..., None]) -> None:
    """Measure the first start, which creates the database, and later ones."""
    with tempfile.TemporaryDirectory() as folder:
        with kinoteka(Path(folder), core=None) as server:
            show("first start ever, with the demo catalogue, s", 0, server.started_after, 0, "")
        times, costs, sizes = [], [], []
        for _ in range(5):
            with kinoteka(Path(folder), core=None) as server:
                times.append(server.started_after)
                costs.append(server.processor_seconds())
                wrk(server.url + "/movies/?page=1", seconds=1)
                sizes.append(server.resident_megabytes())
        show("start to first answer, s", 1.0, median(times), median(times), "≤ 1.0")
        show("the same in processor time, s", 0.75, median(costs), median(costs), "≤ 0.75")
        show("resident memory after load, MB", 90, median(sizes), median(sizes) / 90, "≤ 1.0")
