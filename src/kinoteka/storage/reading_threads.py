"""Threads for reads that take milliseconds, each with a connection of its own."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from kinoteka.errors import Code, DomainError
from kinoteka.storage.database import Reader

T = TypeVar("T")

THREADS = 2
MOST_WAITING = 100
"""Reads that may wait for the threads."""


class ReadingThreads:
    """Runs work with a reader that `connect` has opened, the same one in each thread."""

    def __init__(self, connect: Callable[[], Reader]) -> None:
        self._connect = connect
        self._threads = ThreadPoolExecutor(THREADS, "reader")
        self._readers: dict[int, Reader] = {}
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
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._with_reader, work)
        finally:
            self.waiting -= 1

    def renewed(self) -> Reader:
        """Another connection for the calling thread, whose own has broken."""
        del self._readers[threading.get_ident()]
        return self._own()

    def close(self) -> None:
        """Finish what is under way and close the connections."""
        self._threads.shutdown()
        for reader in self._readers.values():
            reader.connection.close()

    def _with_reader(self, work: Callable[[Reader], T]) -> T:
        return work(self._own())

    def _own(self) -> Reader:
        thread = threading.get_ident()
        reader = self._readers.get(thread)
        if reader is None:
            reader = self._readers[thread] = self._connect()
        return reader
