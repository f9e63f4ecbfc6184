"""Close an object at every point at which a task waits, and lose cancellations like a library."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from typing import Any

from kinoteka.infrastructure.tasks import end_tasks
from tests.support.polling import wait_until

MAX_POINTS = 60

Work = Coroutine[Any, Any, Any] | Generator[Any, None, Any]


class SuspensionPoints:
    """Counts how often the tasks of a loop wait, and sets `reached` at one of these points.

    From then on, the first `losing` cancellations are lost: the tasks continue.
    """

    def __init__(self, at: int, losing: int) -> None:
        self.reached = asyncio.Event()
        self._left = at
        self._losing = losing

    def __enter__(self) -> "SuspensionPoints":
        asyncio.get_running_loop().set_task_factory(self._task)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().set_task_factory(None)

    def waits(self) -> None:
        """Count a point at which a task waits."""
        self._left -= 1
        if self._left == 0:
            self.reached.set()

    def loses(self) -> bool:
        """Return whether the current cancellation is lost."""
        if not self.reached.is_set() or self._losing == 0:
            return False
        self._losing -= 1
        return True

    def _task(self, loop: asyncio.AbstractEventLoop, work: Work, **given: Any) -> asyncio.Task[Any]:
        assert isinstance(work, Coroutine)
        return _Task(self, _CountingCoroutine(self, work), loop=loop, **given)


class _Task(asyncio.Task[Any]):
    def __init__(
        self, points: SuspensionPoints, work: Coroutine[Any, Any, Any], **given: Any
    ) -> None:
        super().__init__(work, **given)
        self._points = points

    def cancel(self, msg: object = None) -> bool:
        return self._points.loses() or super().cancel(msg)


class _CountingCoroutine(Coroutine[Any, Any, Any]):
    def __init__(self, points: SuspensionPoints, work: Coroutine[Any, Any, Any]) -> None:
        self._points, self._work = points, work
        self.__qualname__ = getattr(work, "__qualname__", "")

    def send(self, value: Any) -> Any:
        awaited = self._work.send(value)
        self._points.waits()
        return awaited

    def throw(self, *raised: Any) -> Any:
        awaited = self._work.throw(*raised)
        self._points.waits()
        return awaited

    def close(self) -> None:
        self._work.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._work.__await__()


async def close_at_each_point(
    scenario: Callable[[], tuple[Coroutine[Any, Any, Any], Callable[[], Awaitable[None]]]],
    losing: int,
) -> None:
    """Run a scenario repeatedly, and close it at the first, second, … suspension point.

    `scenario` returns the work and a function that closes it. No task may remain afterwards.
    """
    for at in range(1, MAX_POINTS):
        before = asyncio.all_tasks()
        with SuspensionPoints(at, losing) as points:
            work, close = scenario()
            task = asyncio.create_task(work)
            await _first(task, asyncio.ensure_future(points.reached.wait()))
            was_reached = points.reached.is_set()
            await close()
        await end_tasks(task)
        await wait_until(lambda: asyncio.all_tasks() <= before)  # noqa: B023 (called at once)
        if not was_reached:  # the work ended before this point
            assert at > 1
            return


async def _first(*tasks: asyncio.Future[Any]) -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    await end_tasks(tasks[1])
