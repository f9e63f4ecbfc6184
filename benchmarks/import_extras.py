"""Imports with titles and credits: speed, memory, and how long a server's writers wait meanwhile.

    python -m benchmarks import-extras
    KINOTEKA_OTHER=/path/to/another/checkout python -m benchmarks import-extras

A server runs beside each import, and a client adds and removes a bookmark every 20 ms. The server
refuses a write that has waited for five seconds. A checkout in `KINOTEKA_OTHER` (with its own
.venv) imports the four files without titles and credits, too, as the reference.
"""

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.import_data import write_imdb, write_imdb_extras
from benchmarks.reads import PASSWORD, post
from benchmarks.servers import Process, kinoteka

FILMS = 40_000
PAUSE = 0.02
TARGET, MAX_MEGABYTES = 4_000, 300


class Writer(threading.Thread):
    """A client that writes bookmarks one after the other until `stop` is called."""

    def __init__(self, server: Process) -> None:
        super().__init__()
        account = {"email": "writer@example.com", "password": PASSWORD}
        post(server, "/auth/register", account)
        tokens, _ = post(server, "/auth/login", account)
        self._headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        self._address = f"{server.url}/favorites/movies/1/"
        self._stopped = threading.Event()
        self.milliseconds: list[float] = []
        self.refused = 0
        self.longest_block = 0.0

    def run(self) -> None:
        """Write until stopped."""
        method, accepted = "POST", time.perf_counter()
        while not self._stopped.wait(PAUSE):
            began = time.perf_counter()
            request = urllib.request.Request(self._address, headers=self._headers, method=method)
            try:
                urllib.request.urlopen(request, timeout=120).close()
            except urllib.error.HTTPError:
                self.refused += 1
            else:
                method = "DELETE" if method == "POST" else "POST"
                self.longest_block = max(self.longest_block, time.perf_counter() - accepted)
                accepted = time.perf_counter()
            self.milliseconds.append((time.perf_counter() - began) * 1000)

    def stop(self) -> None:
        """Stop after the current request."""
        self._stopped.set()
        self.join()

    def percentile(self, share: float) -> float:
        """Return the waiting time that this share of the writes does not exceed."""
        ordered = sorted(self.milliseconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


@contextmanager
def writing(data: Path, python: str) -> Iterator[Writer]:
    """Run a server on this data folder, and a client that writes, during the block."""
    with kinoteka(data, core=None, python=python) as server:
        writer = Writer(server)
        writer.start()
        try:
            yield writer
        finally:
            writer.stop()


def run(folder: Path, show: Callable[..., None]) -> None:
    """Measure this version, and the one in `KINOTEKA_OTHER` if there is one."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = write_imdb(folder, FILMS)
    extras = write_imdb_extras(folder, FILMS)
    other = os.environ.get("KINOTEKA_OTHER")
    if other:
        _measure(folder, "other, four files", plain, show, str(Path(other) / ".venv/bin/python"))
    _measure(folder, "four files", plain, show, sys.executable)
    _measure(folder, "with titles and credits", [*plain, *extras], show, sys.executable)


def _measure(
    folder: Path, name: str, files: list[Path], show: Callable[..., None], python: str
) -> None:
    data = folder / name.replace(" ", "-")
    command = [python, "-m", "kinoteka.cli", "import", "imdb", *map(str, files)]
    with writing(data, python) as writer:
        began = time.perf_counter()
        imported = subprocess.Popen([*command, "--data", str(data)], stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(imported.pid, 0)
        seconds = time.perf_counter() - began
    if status:
        sys.exit(f"the import failed: {status}")
    processor, megabytes = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    show(f"{name}: films a second", TARGET, FILMS / seconds, FILMS / seconds / TARGET, "")
    show(f"{name}: the same of processor time", TARGET, FILMS / processor, 0, "")
    show(f"{name}: MB", MAX_MEGABYTES, megabytes, megabytes / MAX_MEGABYTES, "≤ 1.0")
    for share in (0.5, 0.99, 1.0):
        show(f"{name}: a write waits, ms, {share:.0%} of them", 0, writer.percentile(share), 0, "")
    show(f"{name}: longest time without an accepted write, s", 0, writer.longest_block, 0, "")
    show(f"{name}: refused writes of {len(writer.milliseconds)}", 0, writer.refused, 0, "")
