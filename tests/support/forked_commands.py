"""Commands that start quickly, forked from a process that has already imported the server.

The imports take most of a second of processor time, and the tests start hundreds of servers and
commands. Each runs the real command in a process of its own, with its own environment, but hashes
passwords at low cost.
"""

import faulthandler
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing import get_context, reduction
from types import ModuleType
from typing import Any

from kinoteka.cli.main import COMMANDS

_context = get_context("forkserver")
_context.set_forkserver_preload(
    [
        "kinoteka.server.process",
        "kinoteka.server.app",
        *(f"kinoteka.cli.{place.partition(':')[0]}" for place in COMMANDS.values()),
        # Imported late by the program. Each of these takes a copy 20 to 200 ms.
        "alembic.command",
        "kinoteka.core.import_runs.process",
        "kinoteka.core.tokens.server_keys",
        "kinoteka.database.backup.write",
        "kinoteka.database.blocking",
        "kinoteka.database.engines.postgresql.driver",
        "kinoteka.database.engines.postgresql.migrations",
        "kinoteka.database.engines.sqlite.driver",
        "kinoteka.database.engines.sqlite.migrations",
        "redis.asyncio",
        "uvloop",
    ]
)

INHERITED = -1
"""Stands for the number of a descriptor that may have any."""


class ForkedCommand:
    """The command `kinoteka` with these arguments, started like `subprocess.Popen`.

    `stdin` and `error` are the descriptors of its standard input and error. Without `umask`, it has
    that of the tests. It writes no file larger than `file_limit`. It also has the descriptor
    `inherited`, by another number. Instead of the command, it can run `python -c SCRIPT`.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        error: int = 2,
        *,
        stdin: int | None = None,
        umask: int | None = None,
        file_limit: int | None = None,
        inherited: int | None = None,
        script: str | None = None,
    ) -> None:
        reading, writing = os.pipe()
        descriptors = {1: _Descriptor(writing), 2: _Descriptor(error)}
        if stdin is not None:
            descriptors[0] = _Descriptor(stdin)
        if inherited is not None:
            descriptors[INHERITED] = _Descriptor(inherited)
        given = (tuple(arguments), dict(environment), descriptors, umask, file_limit, script)
        self._process = _context.Process(target=_run, args=given)
        with _without_main_module():
            self._process.start()
        os.close(writing)
        self.pid = self._process.pid or 0
        self.stdout = os.fdopen(reading)

    def poll(self) -> int | None:
        """Return the exit code, the negative number of a signal, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Wait at most this many seconds for the end. Return the exit code."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("kinoteka", timeout)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Send SIGTERM."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL."""
        self.send_signal(signal.SIGKILL)


@contextmanager
def _without_main_module() -> Iterator[None]:
    """Hide the main module of the tests, which every new process would import: pytest itself."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class _Descriptor:
    """A file descriptor to send to another process."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, (reduction.DupFd(self.number),)


def _received(sent: Any) -> _Descriptor:
    return _Descriptor(sent.detach())


def _run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    descriptors: Mapping[int, _Descriptor],
    umask: int | None,
    file_limit: int | None,
    script: str | None,
) -> None:
    from kinoteka.cli.main import main
    from tests.support.quick_hashes import use_quick_hashes

    use_quick_hashes()
    os.dup2(sys.stdin.fileno(), 0)  # which workers inherit
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    for number, descriptor in descriptors.items():
        if number != INHERITED:
            os.dup2(descriptor.number, number)
            os.close(descriptor.number)
    if umask is not None:
        os.umask(umask)
    if file_limit is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
    os.environ.clear()
    os.environ.update(environment)
    if "PYTHONFAULTHANDLER" in environment:
        faulthandler.enable()
    if script is not None:
        sys.argv = ["-c", *arguments]
        exec(script, {"__name__": "__main__"})  # noqa: S102
        return
    sys.argv = ["kinoteka", *arguments]
    main()
