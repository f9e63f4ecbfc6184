"""The bound on stopping: a process that is told to stop ends in time, whatever holds it up.

Everything that a process waits for when it stops has a bound of its own. This is the last one: a
thread that ends the process where the event loop, a library or the interpreter's own end hangs.
"""

import os
import select
import sys
import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger()

STOP_SECONDS = 25.0
"""After how long a process that has been told to stop ends in any case."""
FORCED_SECONDS = 2.0
"""The same, once it has been told again."""
OVERDUE = 1
"""The exit code of a process that did not end by itself."""


class StopBound:
    """Ends the process `within` seconds after it has been told to stop, or sooner if told again.

    `tell` may be called in a signal handler: it takes no locks. The third time ends the process at
    once. `last` is called first, and must take no time.
    """

    def __init__(
        self, within: float = STOP_SECONDS, last: Callable[[], None] | None = None
    ) -> None:
        self._within = within
        self._last = last
        self._reading, self._writing = os.pipe()
        self._has_begun = False
        threading.Thread(target=self._watch, name="stop-bound", daemon=True).start()

    def tell(self) -> None:
        """Note that the process has been told to stop, perhaps once more."""
        self._has_begun = True
        os.write(self._writing, b"x")

    def begin(self) -> None:
        """Note that the process stops, whoever has told it, and however often."""
        if not self._has_begun:
            self.tell()

    def _watch(self) -> None:
        told = len(os.read(self._reading, 1))
        deadline = time.monotonic() + self._within
        while told < 3 and (left := deadline - time.monotonic()) > 0:
            if not select.select([self._reading], [], [], left)[0]:
                continue
            told += len(os.read(self._reading, 1))
            if told == 2:
                deadline = min(deadline, time.monotonic() + FORCED_SECONDS)
        self._end(is_forced=told > 1)

    def _end(self, *, is_forced: bool) -> None:
        if self._last is not None:
            self._last()
        if is_forced:
            log.warning("ended at once, as told")
        else:
            log.error("did not stop in time, and is ended", seconds=self._within)
        sys.stderr.flush()
        os._exit(0 if is_forced else OVERDUE)
