"""Load by wrk, on a core that the server does not use."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import TypedDict

from benchmarks.servers import pinned

LOAD_CORE = 1 if (os.cpu_count() or 1) > 1 else None
CONNECTIONS = 32
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60000.0}


@dataclass(frozen=True)
class Load:
    """Requests per second, their 99th percentile in milliseconds, and their number."""

    rate: float
    p99: float
    requests: int = 0


class RunOptions(TypedDict, total=False):
    """The options of `wrk` that have defaults."""

    seconds: float
    headers: dict[str, str] | None
    script: str | None
    connections: int
    core: int | None


class Run(RunOptions):
    """The arguments of `wrk`."""

    url: str


def wrk(
    url: str,
    *,
    seconds: float = 3,
    headers: dict[str, str] | None = None,
    script: str | None = None,
    connections: int = CONNECTIONS,
    core: int | None = LOAD_CORE,
) -> Load:
    """Run wrk once. A response that is not a success ends the benchmark."""
    if shutil.which("wrk") is None:
        sys.exit("wrk is needed: apt-get install wrk")
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"]
    for name, value in (headers or {}).items():
        command += ["-H", f"{name}: {value}"]
    if script is not None:
        command += ["-s", script]
    done = subprocess.run(pinned([*command, url], core), capture_output=True, text=True, check=True)
    if "Non-2xx" in done.stdout:
        sys.exit(f"{url} did not answer with success:\n{done.stdout}")
    p99 = re.search(r"99%\s+([\d.]+)(\w+)", done.stdout)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    requests = re.search(r"(\d+) requests in", done.stdout)
    if p99 is None or rate is None or requests is None:
        sys.exit(f"wrk printed no results for {url}:\n{done.stdout}")
    milliseconds = float(p99.group(1)) * UNITS[p99.group(2)]
    return Load(float(rate.group(1)), milliseconds, int(requests.group(1)))


def interleaved(runs: Mapping[str, Run], *, rounds: int = 5) -> dict[str, Load]:
    """Run several loads in turn, so that noise affects all alike, and return their medians."""
    for options in runs.values():
        warm_up = options.copy()
        warm_up["seconds"] = 1
        wrk(**warm_up)
    seen: dict[str, list[Load]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, options in runs.items():
            seen[name].append(wrk(**options))
    return {
        name: Load(median(load.rate for load in loads), median(load.p99 for load in loads))
        for name, loads in seen.items()
    }
