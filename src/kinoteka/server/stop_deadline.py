"""A deadline for stopping: the process ends in time even if something hangs.

Every step of stopping has a time limit of its own. This is the last one: a thread that ends the
process if the event loop, a library or the interpreter itself hangs.
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
"""A process ends at the latest this long after the first signal to stop."""
FORCED_SECONDS = 2.0
"""A process ends at the latest this long after the second signal."""
TIMED_OUT = 1
"""The exit code of a process that did not end by itself."""


class StopDeadline:
    """Ends the process `within` seconds after the first signal to stop, sooner after the second.

    The third signal ends the process at once. `before_exit` is called first, and must return
    immediately.
    """

    def __init__(
        self, within: float = STOP_SECONDS, before_exit: Callable[[], None] | None = None
    ) -> None:
        self._within = within
        self._before_exit = before_exit
        self._reading, self._writing = os.pipe()
        self._has_started = False
        threading.Thread(target=self._watch, name="stop-deadline", daemon=True).start()

    def count_signal(self) -> None:
        """Count a signal to stop. Safe in a signal handler, because it takes no locks."""
        self._has_started = True
        os.write(self._writing, b"x")

    def start(self) -> None:
        """Start the deadline, unless a signal has started it."""
        if not self._has_started:
            self.count_signal()

    def _watch(self) -> None:
        signals = len(os.read(self._reading, 1))
        deadline = time.monotonic() + self._within
        while signals < 3 and (left := deadline - time.monotonic()) > 0:
            if not select.select([self._reading], [], [], left)[0]:
                continue
            signals += len(os.read(self._reading, 1))
            if signals == 2:
                deadline = min(deadline, time.monotonic() + FORCED_SECONDS)
        self._end(is_forced=signals > 1)

    def _end(self, *, is_forced: bool) -> None:
        if self._before_exit is not None:
            self._before_exit()
        if is_forced:
            log.warning("ended at once after another signal")
        else:
            log.error("did not stop in time and was ended", seconds=self._within)
        sys.stderr.flush()
        os._exit(0 if is_forced else TIMED_OUT)
