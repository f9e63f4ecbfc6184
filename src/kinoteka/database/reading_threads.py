"""Threads for reads that take milliseconds, each with a connection of its own."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from kinoteka.database.interface import Reader
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure.tasks import discard_error

T = TypeVar("T")

THREADS = 2
MOST_WAITING = 100
"""Reads that may wait for the threads."""
CLOSE_SECONDS = 2.0
"""How long a read that is under way may take to finish when the threads are closed."""


class ReadingThreads:
    """Runs work with a reader that `connect` has opened, the same one in each thread.

    `interrupt` makes whatever runs on a reader fail soon. It is called in another thread.
    """

    def __init__(self, connect: Callable[[], Reader], interrupt: Callable[[Reader], None]) -> None:
        self._connect = connect
        self._interrupt = interrupt
        self._threads = ThreadPoolExecutor(THREADS, "reader")
        self._readers: dict[int, Reader] = {}
        self._under_way: set[Future[Any]] = set()
        self.waiting = 0
        """Reads that wait or are under way."""

    async def run(self, work: Callable[[Reader], T]) -> T:
        """Do `work` in one of the threads.

        Raises:
            DomainError(BUSY): too many are waiting.
        """
        if self.waiting >= MOST_WAITING:
            raise DomainError(Code.BUSY, retry_after=1)
        self.waiting += 1
        try:
            running = self._threads.submit(self._with_reader, work)
            self._under_way.add(running)
            running.add_done_callback(self._under_way.discard)
            return await asyncio.wrap_future(running)
        finally:
            self.waiting -= 1

    def renewed(self) -> Reader:
        """Another connection for the calling thread, whose own has broken."""
        del self._readers[threading.get_ident()]
        return self._own()

    def interrupt(self) -> None:
        """Make the reads that are under way fail."""
        for reader in tuple(self._readers.values()):
            self._interrupt(reader)

    async def close(self) -> None:
        """Finish what is under way, or interrupt it after a while, and close the connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if not await self._are_idle():
            self.interrupt()
            if not await self._are_idle():
                return  # the process ends with what does not answer
        for reader in self._readers.values():
            reader.connection.close()

    async def _are_idle(self) -> bool:
        """Wait for what is under way; whether it has ended in time."""
        running = [asyncio.wrap_future(each) for each in tuple(self._under_way)]
        for each in running:
            each.add_done_callback(discard_error)
        return not running or not (await asyncio.wait(running, timeout=CLOSE_SECONDS))[1]

    def _with_reader(self, work: Callable[[Reader], T]) -> T:
        return work(self._own())

    def _own(self) -> Reader:
        thread = threading.get_ident()
        reader = self._readers.get(thread)
        if reader is None:
            reader = self._readers[thread] = self._connect()
        return reader
