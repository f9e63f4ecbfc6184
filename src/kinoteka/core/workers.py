"""Threads for work that takes long: a lower priority than requests, and a bounded queue."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from kinoteka.core.heap import give_back
from kinoteka.errors import Code, DomainError

T = TypeVar("T")

NICENESS = 10
REST_SECONDS = 3.0
"""After how long without work the memory that it took is given back."""


class Workers:
    """So many threads, for whose work so many callers may wait; `seconds_each` is a guess."""

    def __init__(self, name: str, *, threads: int, queue: int, seconds_each: float) -> None:
        self._threads = threads
        self._queue = queue
        self._seconds_each = seconds_each
        self._pending = 0
        self._resting: asyncio.TimerHandle | None = None
        self._pool = ThreadPoolExecutor(threads, name, initializer=_lower_priority)

    async def run(self, work: Callable[[], T]) -> T:
        """Do `work` in one of the threads.

        Raises:
            DomainError(BUSY): too much is waiting already; `retry_after` in seconds.
        """
        if self._pending >= self._queue:
            wait = self._pending * self._seconds_each / self._threads
            raise DomainError(Code.BUSY, retry_after=max(1, round(wait)))
        self._pending += 1
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, work)
        finally:
            self._pending -= 1
            self._rest_later(loop)

    def close(self) -> None:
        """Finish what is under way."""
        if self._resting is not None:
            self._resting.cancel()
        self._pool.shutdown()

    def _rest_later(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._resting is not None:
            self._resting.cancel()
        self._resting = loop.call_later(REST_SECONDS, self._pool.submit, give_back)


def _lower_priority() -> None:
    # On Linux niceness belongs to the thread: the work then takes the cores that requests leave.
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
