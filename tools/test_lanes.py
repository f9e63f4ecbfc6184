"""Run the tests in lanes: processes of pytest, three at a time, each with folders of its own.

    python -m tools.test_lanes           all tests
    python -m tools.test_lanes --fast    without the markers in `SLOW`

Each process collects only its own folders. The workers of pytest-xdist would each collect all of
them, which takes as long as a tenth of the tests.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

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
    "server": ("tests/unit/cli", "tests/unit/database", "tests/unit/server"),
    "core": ("tests/unit/core",),
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
SLOW = ("browser", "faults", "postgresql", "programs", "samples", "schemathesis")
NOT_IMPORTED = ("tests/contracts/clients", "tests/contracts/test_schemathesis.py")
"""Files of the fast lanes whose tests all have one of these markers. They import much."""
WITH_SCHEMATHESIS = "tests/contracts"
"""The only folder that uses schemathesis. Its plugin takes half a second to import."""

MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of its own is created there)
TEMPORARY_ROOT = "PYTEST_DEBUG_TEMPROOT"
ROOM = 4 << 30
"""Bytes that must be free in memory for the tests' files. On a disk, tests wait for it."""


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
    marked += [f"--ignore={path}" for path in NOT_IMPORTED] if fast else []
    lanes = FAST_LANES if fast else LANES
    return {
        lane: [sys.executable, "-m", "pytest", "-q", *marked, *_plugins(folders, fast), *folders]
        for lane, folders in lanes.items()
    }


def _plugins(folders: Sequence[str], fast: bool) -> list[str]:
    if WITH_SCHEMATHESIS in folders and not fast:
        return []
    return ["-p", "no:schemathesis"]


@contextmanager
def temporary_files_in_memory() -> Iterator[None]:
    """Let the tests write to a folder in memory, if there is room, until the end of the block."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="kt-", dir=MEMORY) as folder:
        os.environ[TEMPORARY_ROOT] = folder
        yield


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
    is_fast = sys.argv[1:] == ["--fast"]
    with temporary_files_in_memory() if is_fast else nullcontext():
        results = run(pytest_commands(fast=is_fast))
    sys.exit(any(each.code != 0 for each in results))
