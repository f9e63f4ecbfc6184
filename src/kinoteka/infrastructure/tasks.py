"""Background tasks that end reliably, even if a library swallows a cancellation.

One cancellation is not enough to end a task. On Python 3.11 `asyncio.wait_for` returns the inner
result and loses a cancellation that arrives in the same iteration of the event loop, and any
library may catch one. So start tasks that must end with their owner here: their loops check
`is_closing`, they are cancelled repeatedly, and the wait for them is bounded.
"""

import asyncio
from collections.abc import Awaitable, Coroutine
from typing import Any, TypeVar

import structlog

log = structlog.get_logger()

T = TypeVar("T")

RECANCEL_SECONDS = 0.5
"""How long a cancelled task may clean up before it is cancelled again."""
END_SECONDS = 5.0
"""How long a task may take to end before it is abandoned."""
STEP_END_SECONDS = 1.0

_abandoned: set[asyncio.Future[Any]] = set()


class BackgroundTasks:
    """Tasks that end with their owner."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._is_closing = False

    @property
    def is_closing(self) -> bool:
        """Return whether the tasks must end. A repeating task checks this in each iteration."""
        return self._is_closing

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run `work` until it ends or `close` cancels it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(
        self, *, recancel_after: float | None = None, within: float = END_SECONDS
    ) -> None:
        """End all tasks; see `end_tasks`. Tasks that start later are not ended."""
        self._is_closing = True
        await end_tasks(*self._tasks, recancel_after=recancel_after, within=within)


async def end_tasks(
    *tasks: asyncio.Future[Any], recancel_after: float | None = None, within: float = END_SECONDS
) -> None:
    """Cancel tasks until they have ended, for `within` seconds at most.

    A task may clean up for `recancel_after` seconds (`RECANCEL_SECONDS`) before it is cancelled
    again. What the tasks raise is discarded. A cancellation of the caller is raised after the tasks
    have ended, so that no task is abandoned; until then it is forwarded to them.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + within
    cancelled: asyncio.CancelledError | None = None
    for task in tasks:
        task.add_done_callback(discard_error)
    while pending := [task for task in tasks if not task.done()]:
        left = deadline - loop.time()
        if left <= 0:
            log.error("background tasks do not end", tasks=", ".join(map(_name, pending)))
            break
        for task in pending:
            task.cancel()
        try:
            await asyncio.wait(pending, timeout=min(recancel_after or RECANCEL_SECONDS, left))
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled


async def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run `work` to its end, even if the caller is cancelled, and return its result.

    A cancelled caller stops waiting; an error of `work` is then discarded.
    """
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        _abandoned.add(task)  # the event loop holds only weak references to tasks
        task.add_done_callback(_abandoned.discard)
        task.add_done_callback(discard_error)
        raise


async def close_step(name: str, work: Awaitable[object], within: float) -> None:
    """Run one step of a shutdown; log an error or a timeout, and continue."""
    step = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait([step], timeout=within)
    except asyncio.CancelledError:
        await end_tasks(step, within=STEP_END_SECONDS)
        raise
    if not done:
        log.warning(
            "a shutdown step takes too long, continuing",
            step=name,
            seconds=within,
        )
        await end_tasks(step, within=STEP_END_SECONDS)
    elif not step.cancelled() and (error := step.exception()) is not None:
        log.error("a shutdown step failed, continuing", step=name, exc_info=error)


def discard_error(task: asyncio.Future[Any]) -> None:
    """Retrieve the error of a task, so that asyncio does not log it as unhandled."""
    if not task.cancelled():
        task.exception()


def _name(task: asyncio.Future[Any]) -> str:
    if not isinstance(task, asyncio.Task):
        return repr(task)
    return getattr(task.get_coro(), "__qualname__", task.get_name())
