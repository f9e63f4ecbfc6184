"""Processes that begin at once: copies of one that has imported the server already.

Importing it takes most of a second of a processor, and tests start hundreds of servers. What they
run is the command itself, in a process of its own, with the environment that it is given.
"""

import faulthandler
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context, reduction
from typing import Any

_context = get_context("forkserver")
_context.set_forkserver_preload(
    ["kinoteka.cli.main", "kinoteka.server.process", "kinoteka.server.app"]
)


class ForkedCommand:
    """The command `kinoteka` with these arguments, as `subprocess.Popen` would start it."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        reading, writing = os.pipe()
        given = (tuple(arguments), dict(environment), _Descriptor(writing), _Descriptor(2))
        self._process = _context.Process(target=_run, args=given)
        self._process.start()
        os.close(writing)
        self.pid = self._process.pid or 0
        self.stdout = os.fdopen(reading)

    def poll(self) -> int | None:
        """The exit code, or the negative number of the signal that ended it; None: it runs."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Wait so many seconds for its end; the exit code."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise subprocess.TimeoutExpired("kinoteka", timeout)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class _Descriptor:
    """A file descriptor that another process gets."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, (reduction.DupFd(self.number),)


def _received(sent: Any) -> _Descriptor:
    return _Descriptor(sent.detach())


def _run(
    arguments: Sequence[str], environment: Mapping[str, str], out: _Descriptor, error: _Descriptor
) -> None:
    from kinoteka.cli.main import main

    os.dup2(sys.stdin.fileno(), 0)  # which it hands on to workers
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    for descriptor, number in ((out, 1), (error, 2)):
        os.dup2(descriptor.number, number)
        os.close(descriptor.number)
    os.environ.clear()
    os.environ.update(environment)
    if "PYTHONFAULTHANDLER" in environment:
        faulthandler.enable()
    sys.argv = ["kinoteka", *arguments]
    main()
