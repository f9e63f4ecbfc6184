"""Threads for slow reads, each with its own connection."""

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
MAX_WAITING_READS = 100
"""The maximum number of waiting reads."""
CLOSE_SECONDS = 2.0
"""How long a running read may take to finish when the threads are closed."""


class ReadingThreads:
    """Runs work with a reader; each thread has one, opened by `connect`.

    `interrupt` aborts the statement that runs on a reader. It is called from another thread.
    """

    def __init__(self, connect: Callable[[], Reader], interrupt: Callable[[Reader], None]) -> None:
        self._connect = connect
        self._interrupt = interrupt
        self._threads = ThreadPoolExecutor(THREADS, "reader")
        self._readers: dict[int, Reader] = {}
        self._running: set[Future[Any]] = set()
        self.waiting = 0
        """The number of waiting and running reads."""

    async def run(self, work: Callable[[Reader], T]) -> T:
        """Run `work` in one of the threads.

        Raises:
            DomainError(BUSY): too many reads are waiting.
        """
        if self.waiting >= MAX_WAITING_READS:
            raise DomainError(Code.BUSY, retry_after=1)
        self.waiting += 1
        try:
            running = self._threads.submit(self._with_reader, work)
            self._running.add(running)
            running.add_done_callback(self._running.discard)
            return await asyncio.wrap_future(running)
        finally:
            self.waiting -= 1

    def reconnect(self) -> Reader:
        """Open a new connection for the calling thread, because its old one broke."""
        del self._readers[threading.get_ident()]
        return self._own_reader()

    def interrupt(self) -> None:
        """Abort the running reads."""
        for reader in tuple(self._readers.values()):
            self._interrupt(reader)

    async def close(self) -> None:
        """Wait briefly for running reads, abort the rest, and close the connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        if not await self._wait_until_idle():
            self.interrupt()
            if not await self._wait_until_idle():
                return  # the reads that do not respond end with the process
        for reader in self._readers.values():
            reader.connection.close()

    async def _wait_until_idle(self) -> bool:
        """Wait for the running reads; return whether they ended in time."""
        running = [asyncio.wrap_future(each) for each in tuple(self._running)]
        for each in running:
            each.add_done_callback(discard_error)
        return not running or not (await asyncio.wait(running, timeout=CLOSE_SECONDS))[1]

    def _with_reader(self, work: Callable[[Reader], T]) -> T:
        return work(self._own_reader())

    def _own_reader(self) -> Reader:
        thread = threading.get_ident()
        reader = self._readers.get(thread)
        if reader is None:
            reader = self._readers[thread] = self._connect()
        return reader
