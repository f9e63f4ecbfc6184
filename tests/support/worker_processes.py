"""The processes and the log of servers with several workers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.servers import RunningServer

TWO_WORKERS = {"workers": "2"}


def worker_pids(server: RunningServer) -> set[int]:
    """Return the processes that serve, without helpers of Python's multiprocessing."""
    supervisor = server.process.pid
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text()
    return {
        pid for pid in map(int, children.split()) if b"spawn_main" in proc_file(pid, "cmdline")
    } - {pid for pid in map(int, children.split()) if not is_running(pid)}


def proc_file(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def is_running(pid: int) -> bool:
    """Return whether the process runs and is not a zombie."""
    return proc_file(pid, "stat").rpartition(b")")[2].split()[:1] not in ([], [b"Z"])


def log_reader(capfd: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Return a function that returns everything the servers have written to standard error."""
    lines: list[str] = []

    def read() -> str:
        lines.append(capfd.readouterr().err)
        return "".join(lines)

    return read
