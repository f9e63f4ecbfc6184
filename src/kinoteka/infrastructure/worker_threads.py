"""Threads for work that takes long: a lower priority than requests, and a bounded queue.

While requests keep the event loop busy one thread fewer works: on two cores, with a hash on each,
the slowest hundredth of requests took more than twice as long, and no more hashes were done.
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.memory import give_back

T = TypeVar("T")

NICENESS = 10
BUSY_SHARE = 0.3
"""Of a core: the event loop's processor time above which it counts as busy."""
SAMPLED_SECONDS = 0.1
REST_SECONDS = 3.0
"""After how long without work the memory that it took is given back."""


class Load(NamedTuple):
    """How much work waits for a thread, and how much is under way."""

    waiting: int
    working: int


class Workers:
    """So many threads, for whose work so many callers may wait; `seconds_each` is a guess."""

    def __init__(self, name: str, *, threads: int, queue: int, seconds_each: float) -> None:
        self._threads = threads
        self._queue = queue
        self._seconds_each = seconds_each
        self._pending = 0
        self._working = 0
        self._changed = asyncio.Condition()
        self._loop_load = LoopLoad()
        self._resting: asyncio.TimerHandle | None = None
        self._is_closed = False
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
        try:
            return await self._in_turn(work)
        finally:
            self._pending -= 1
            self._rest_later()

    @property
    def load(self) -> Load:
        """What there is to do at this moment."""
        return Load(self._pending - self._working, self._working)

    def close(self) -> None:
        """Begin nothing more, without waiting for what is under way."""
        self._is_closed = True
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

    def _rest_later(self) -> None:
        if self._resting is not None:
            self._resting.cancel()
        loop = asyncio.get_running_loop()
        self._resting = loop.call_later(REST_SECONDS, self._rest)

    def _rest(self) -> None:
        if not self._is_closed:
            self._pool.submit(give_back)


class LoopLoad:
    """How busy the thread of the event loop is; to be asked in that thread."""

    def __init__(self) -> None:
        self._at = self._used = 0.0
        self._is_busy = False

    def is_busy(self) -> bool:
        """Whether it has lately used more than `BUSY_SHARE` of a core."""
        at = time.monotonic()
        passed = at - self._at
        if passed >= SAMPLED_SECONDS:
            used = time.thread_time()
            self._is_busy = (used - self._used) / passed > BUSY_SHARE
            self._at, self._used = at, used
        return self._is_busy


def _lower_priority() -> None:
    # On Linux niceness belongs to the thread: the work then takes the cores that requests leave.
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
