"""Threads for slow work, with a lower priority than requests and a bounded queue.

While the event loop is busy, one thread fewer works. On two cores with a hash on each, the 99th
percentile of requests was more than twice as high, without more hashes in total.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from kinoteka.errors import Code, DomainError

T = TypeVar("T")

NICENESS = 10
BUSY_SHARE = 0.3
"""The share of a core above which the event loop counts as busy."""
SAMPLED_SECONDS = 0.1


class Load(NamedTuple):
    """The number of waiting and running operations."""

    waiting: int
    working: int


class Workers:
    """A pool of threads with a bounded queue; one operation takes about `seconds_each`."""

    def __init__(self, name: str, *, threads: int, queue: int, seconds_each: float) -> None:
        self._threads = threads
        self._queue = queue
        self._seconds_each = seconds_each
        self._pending = 0
        self._working = 0
        self._changed = asyncio.Condition()
        self._loop_load = EventLoopLoad()
        self._pool = ThreadPoolExecutor(threads, name, initializer=_lower_priority)

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work` in one of the threads.

        Raises:
            DomainError(BUSY): the queue is full; `retry_after` is in seconds.
        """
        if self._pending >= self._queue:
            wait = self._pending * self._seconds_each / self._threads
            raise DomainError(Code.BUSY, retry_after=max(1, round(wait)))
        self._pending += 1
        try:
            return await self._in_turn(work)
        finally:
            self._pending -= 1

    @property
    def load(self) -> Load:
        """Return the current load."""
        return Load(self._pending - self._working, self._working)

    def close(self) -> None:
        """Start no more work; do not wait for running work."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        async with self._changed:
            await self._changed.wait_for(self._has_room)
            self._working += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._working -= 1
            async with self._changed:
                self._changed.notify_all()

    def _has_room(self) -> bool:
        spared = 1 if self._loop_load.is_busy() else 0
        return self._working < max(1, self._threads - spared)


class EventLoopLoad:
    """Measures how busy the event loop's thread is. Call it in that thread."""

    def __init__(self) -> None:
        self._at = self._used = 0.0
        self._is_busy = False

    def is_busy(self) -> bool:
        """Return whether the thread recently used more than `BUSY_SHARE` of a core."""
        at = time.monotonic()
        passed = at - self._at
        if passed >= SAMPLED_SECONDS:
            used = time.thread_time()
            self._is_busy = (used - self._used) / passed > BUSY_SHARE
            self._at, self._used = at, used
        return self._is_busy


def _lower_priority() -> None:
    # On Linux, each thread has its own niceness: slow work uses the time that requests leave.
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
