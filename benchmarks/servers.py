"""Servers to measure. Each is a process on the first core; the other cores generate load."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER_CORE = 0
# Limits would measure the limits.
UNLIMITED = {
    f"KINOTEKA_{name}_LIMIT": "1000000000 per minute"
    for name in ("SIGN_IN", "SIGN_UP", "UPLOAD", "SEARCH", "MESSAGE")
} | {"KINOTEKA_CONNECTIONS_PER_NETWORK": "100000"}


def pinned(command: list[str], core: int | None) -> list[str]:
    """Return the command with a prefix that binds it to a core, if the machine can do that."""
    if core is None or shutil.which("taskset") is None:
        return command
    return ["taskset", "-c", str(core), *command]


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str, seconds: float = 30) -> float:
    """Wait for a response and return how many seconds it took."""
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        try:
            urllib.request.urlopen(url, timeout=1).close()
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.005)
            continue
        break
    else:
        raise TimeoutError(url)
    return time.perf_counter() - began


class Process:
    """A running server."""

    def __init__(self, url: str, process: subprocess.Popen[bytes]) -> None:
        self.url = url
        self.process = process
        self.started_after = 0.0

    def processor_seconds(self) -> float:
        """Return the processor time of the server and its workers, ended threads included."""
        pid = self.process.pid
        workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        times = [
            Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            for each in (pid, *workers)
        ]
        return sum(int(each[11]) + int(each[12]) for each in times) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float:
        """Return the resident memory of the server's process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        kilobytes = re.search(r"VmRSS:\s+(\d+)", status)
        assert kilobytes, status
        return int(kilobytes.group(1)) / 1024


@contextmanager
def started(command: list[str], port: int, path: str, **environment: str) -> Iterator[Process]:
    """Run a server during the block."""
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL)
    try:
        server = Process(url, process)
        server.started_after = wait_for(url + path)
        yield server
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def kinoteka(
    data: Path,
    *,
    core: int | None = SERVER_CORE,
    python: str = sys.executable,
    **environment: str,
) -> Iterator[Process]:
    """Run Kinoteka, as `python` has it installed, with one worker on existing data."""
    port = free_port()
    command = [python, "-m", "kinoteka.cli", "serve", "--port", str(port)]
    command += ["--data", str(data)]
    environment = UNLIMITED | environment
    with started(pinned(command, core), port, "/no/such/path", **environment) as server:
        yield server


@contextmanager
def bare(size: int, *, core: int | None = SERVER_CORE) -> Iterator[Process]:
    """Run the bare application, which sends `size` bytes, on the same kind of server."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "benchmarks.bare:application"]
    command += ["--port", str(port), "--loop", "uvloop", "--http", "httptools"]
    command += ["--no-access-log", "--log-level", "warning", "--no-server-header"]
    with started(pinned(command, core), port, "/", BARE_SIZE=str(size)) as server:
        yield server
