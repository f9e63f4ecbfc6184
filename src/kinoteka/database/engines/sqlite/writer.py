"""The writer: one thread with one connection, and the queue of those who want to write.

Transactions run one after the other, in the order in which they were requested. Units of work that
are complete when they are requested, and are next to each other in the queue, are committed as one
group: in one switch to the thread and one transaction. While the thread commits a group, the next
one grows.
"""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import SimpleQueue
from typing import Any, TypeVar

from kinoteka.database.engines.sqlite.writes import Outcome, commit_group
from kinoteka.database.interface import Rows, Write
from kinoteka.errors import Code, DomainError

T = TypeVar("T")

WAIT_SECONDS = 10
"""How long a transaction or a group may wait for the ones before it."""
GROUP_MAX = 100
"""The most units of work in a group, so that others need not wait long for it."""

Unit = tuple[Sequence[Write], "asyncio.Future[list[Rows]]"]


class WriterThread:
    """A thread that runs work on the writer's connection. It starts with the first work."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._work: SimpleQueue[Any] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def run(
        self,
        work: Callable[[sqlite3.Connection], T],
        deliver: Callable[[T | None, BaseException | None], None],
    ) -> None:
        """Run `work`, then call `deliver` in the event loop with its result or its error."""
        if self._is_closed:
            raise RuntimeError("the database is closed")
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="sqlite-writer", daemon=True)
            self._thread.start()
        self._work.put((asyncio.get_running_loop(), work, deliver))

    def close(self) -> None:
        """Finish all work and end the thread. This blocks."""
        self._is_closed = True
        if self._thread is not None:
            self._work.put(None)
            self._thread.join()

    def _serve(self) -> None:
        while (order := self._work.get()) is not None:
            loop, work, deliver = order
            result, error = None, None
            try:
                result = work(self._connection)
            except BaseException as raised:
                error = raised
            with suppress(RuntimeError):  # the event loop is closed: nobody waits any more
                loop.call_soon_threadsafe(deliver, result, error)
            del order, work, deliver, result, error  # do not hold the caller's data


class Group:
    """Units of work that are committed together, and the timer that limits their wait."""

    def __init__(self) -> None:
        self.units: list[Unit] = []
        self.timer: asyncio.TimerHandle | None = None


class Writer:
    """The queue of transactions, and the thread that runs them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._thread = WriterThread(connection)
        self._queue: deque[Group | asyncio.Future[None]] = deque()
        self.committing: Group | None = None
        self._is_busy = False
        self._last_group: asyncio.Future[None] | None = None

    @property
    def waiting(self) -> int:
        """The number of waiting and running transactions and units of work."""
        queued = sum(len(turn.units) if isinstance(turn, Group) else 1 for turn in self._queue)
        return queued + (len(self.committing.units) if self.committing else int(self._is_busy))

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` in the thread, to its end, even if the caller is cancelled.

        The caller must have the turn (see `acquire`).
        """
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._thread.run(work, lambda result, error: _resolve(future, result, error))
        return await future

    def commit(self, writes: Sequence[Write]) -> "asyncio.Future[list[Rows]]":
        """Run the statements of a unit of work in one transaction; the result is their rows.

        A unit whose caller cancels the result before its group begins is not run.
        """
        loop = asyncio.get_running_loop()
        result: asyncio.Future[list[Rows]] = loop.create_future()
        last = self._queue[-1] if self._queue else None
        if not isinstance(last, Group) or len(last.units) >= GROUP_MAX:
            last = Group()
            self._queue.append(last)
            if self._is_busy:
                last.timer = loop.call_later(WAIT_SECONDS, self._reject, last)
            else:
                self._is_busy = True
                loop.call_soon(self.release)  # let requests of this iteration join
        last.units.append((writes, result))
        return result

    async def acquire(self) -> None:
        """Wait for the other writers. The caller has the turn until it calls `release`.

        Raises:
            DomainError(BUSY): they did not finish in time.
        """
        if not self._is_busy:
            self._is_busy = True
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.release()  # the turn came with the cancellation
            if isinstance(error, TimeoutError):
                raise DomainError(Code.BUSY, retry_after=2) from None
            raise

    def release(self) -> None:
        """Give the turn to the next in the queue."""
        self.committing = None
        while self._queue:
            turn = self._queue.popleft()
            if isinstance(turn, Group):
                if self._begin(turn):
                    return
            elif not turn.done():
                turn.set_result(None)
                break
        else:
            self._is_busy = False
        if self._last_group is not None and not self._last_group.done():
            self._last_group.set_result(None)

    async def close(self) -> None:
        """Finish the groups that no open transaction blocks, and end the thread."""
        await asyncio.sleep(0)  # a group that is about to begin begins now
        if self.committing is not None:
            self._last_group = asyncio.get_running_loop().create_future()
            await self._last_group
        await asyncio.to_thread(self._thread.close)

    def _begin(self, group: Group) -> bool:
        if group.timer is not None:
            group.timer.cancel()
        group.units = [unit for unit in group.units if not unit[1].done()]
        if not group.units:
            return False
        self.committing = group
        units = [writes for writes, _ in group.units]
        self._thread.run(
            lambda connection: commit_group(connection, units),
            lambda outcomes, error: self._finish(group, outcomes, error),
        )
        return True

    def _finish(
        self, group: Group, outcomes: Sequence[Outcome] | None, error: BaseException | None
    ) -> None:
        self.release()
        for position, (_, result) in enumerate(group.units):
            outcome = error if outcomes is None else outcomes[position]
            if isinstance(outcome, list):
                _resolve(result, outcome, None)
            else:
                _resolve(result, None, outcome)

    def _reject(self, group: Group) -> None:
        """Reject a group, because the writers before it did not finish in time."""
        self._queue.remove(group)
        for _, result in group.units:
            _resolve(result, None, DomainError(Code.BUSY, retry_after=2))


def _resolve(future: "asyncio.Future[Any]", result: object, error: BaseException | None) -> None:
    if future.done():  # its caller was cancelled
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
