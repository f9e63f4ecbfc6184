"""Run the tests in lanes: processes of pytest, three at a time, each with folders of its own.

    python -m tools.test_lanes           all tests
    python -m tools.test_lanes --fast    without the markers in `SLOW`

Each process collects only its own folders. The workers of pytest-xdist would each collect all of
them, which takes as long as a tenth of the tests.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

AT_ONCE = 3
"""Lanes that run at a time: more than two cores, because tests also wait for servers."""

# The longest first, so that none is left over at the end.
LANES = {
    "core": ("tests/unit/core",),
    "pages": ("tests/site", "tests/browser"),
    "server": ("tests/unit/cli", "tests/unit/database", "tests/unit/server"),
    "contracts": ("tests/contracts",),
    "system": (
        "tests/engines",
        "tests/faults",
        "tests/deploy",
        "tests/project",
        "tests/unit/http",
        "tests/unit/infrastructure",
        "tests/unit/realtime",
        "tests/unit/search",
    ),
}
FAST_LANES = {
    "core": ("tests/unit/core",),
    "server": ("tests/unit/cli", "tests/unit/database", "tests/unit/server"),
    "contracts": ("tests/contracts",),
    "pages": (
        "tests/site",
        "tests/project",
        "tests/unit/http",
        "tests/unit/infrastructure",
        "tests/unit/realtime",
        "tests/unit/search",
    ),
}
SLOW = ("browser", "faults", "postgresql", "programs", "schemathesis")


@dataclass(frozen=True)
class Result:
    """The end of a lane: its exit code, and the seconds that it and its children took."""

    lane: str
    code: int
    elapsed: float
    processor: float


def pytest_commands(*, fast: bool) -> dict[str, list[str]]:
    """Return the command of each lane."""
    marked = ["-m", f"not ({' or '.join(SLOW)})"] if fast else []
    lanes = FAST_LANES if fast else LANES
    return {
        lane: [sys.executable, "-m", "pytest", "-q", *marked, *folders]
        for lane, folders in lanes.items()
    }


def run(commands: Mapping[str, Sequence[str]]) -> list[Result]:
    """Run the commands. Print the output of each when it ends, and then the times of all."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(_run_one, commands, commands.values()))
    for each in results:
        state = "passed" if each.code == 0 else f"failed with exit code {each.code}"
        times = f"{each.elapsed:.0f} s, {each.processor:.0f} s of processor time"
        print(f"{each.lane:12} {state}; {times}")
    return results


def _run_one(lane: str, command: Sequence[str]) -> Result:
    began = time.monotonic()
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        print(f"{f' {lane} ':=^100}\n{output.read()}", flush=True)
    elapsed = time.monotonic() - began
    return Result(lane, process.returncode, elapsed, used.ru_utime + used.ru_stime)


if __name__ == "__main__":
    commands = pytest_commands(fast=sys.argv[1:] == ["--fast"])
    sys.exit(any(each.code != 0 for each in run(commands)))
