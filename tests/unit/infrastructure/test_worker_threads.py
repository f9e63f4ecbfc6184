"""Threads for slow work."""

import asyncio
import os
import threading
import time
from collections.abc import Iterator

import pytest

from kinoteka.errors import Code
from kinoteka.infrastructure.worker_threads import NICENESS, EventLoopLoad, Workers
from tests.support.errors import raises_error
from tests.support.polling import TIMEOUT

QUEUE = 3


@pytest.fixture
def workers() -> Iterator[Workers]:
    """One thread, for which three may wait; each is guessed to take four seconds."""
    made = Workers("tests", threads=1, queue=QUEUE, seconds_each=4)
    yield made
    made.close()


async def test_result_is_returned(workers: Workers) -> None:
    assert await workers.run(lambda: 6 * 7) == 42


async def test_error_is_raised(workers: Workers) -> None:
    with pytest.raises(ZeroDivisionError):
        await workers.run(lambda: 1 // 0)
    assert await workers.run(lambda: "goes on") == "goes on"


async def test_threads_have_a_lower_priority(workers: Workers) -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert await workers.run(niceness) == NICENESS
    assert niceness() < NICENESS


@pytest.mark.parametrize(("share", "together"), [(2.0, 2), (-1.0, 1)])
async def test_busy_event_loop_leaves_one_thread_fewer(
    monkeypatch: pytest.MonkeyPatch, share: float, together: int
) -> None:
    monkeypatch.setattr("kinoteka.infrastructure.worker_threads.BUSY_SHARE", share)
    workers = Workers("tests", threads=2, queue=10, seconds_each=1)
    under_way: list[int] = []
    most = 0
    met = threading.Barrier(together)

    def work() -> None:
        nonlocal most
        under_way.append(1)
        most = max(most, len(under_way))
        met.wait(TIMEOUT)  # however long the second thread takes to begin
        time.sleep(0.05)
        under_way.pop()

    await asyncio.gather(*(workers.run(work) for _ in range(4)))
    workers.close()
    assert most == together


async def test_load_measures_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinoteka.infrastructure.worker_threads.SAMPLED_SECONDS", 0.0)
    load = EventLoopLoad()
    load.is_busy()
    await asyncio.sleep(0.1)
    assert not load.is_busy()
    wait_until = time.thread_time() + 0.1
    while time.thread_time() < wait_until:
        pass
    monkeypatch.setattr(
        "kinoteka.infrastructure.worker_threads.BUSY_SHARE", 0.01
    )  # others may have the core, too
    assert load.is_busy()


async def test_full_queue_is_busy_with_retry_after(workers: Workers) -> None:
    opened = threading.Event()
    waiting = [asyncio.create_task(workers.run(lambda: opened.wait(TIMEOUT))) for _ in range(QUEUE)]
    await asyncio.sleep(0)
    with raises_error(Code.BUSY, retry_after=12):
        await workers.run(lambda: None)
    opened.set()
    assert await asyncio.gather(*waiting) == [True] * QUEUE
    assert await workers.run(lambda: "there is room again") == "there is room again"


async def test_cancelled_work_makes_room_in_the_queue(workers: Workers) -> None:
    for _ in range(QUEUE + 1):
        waiting = asyncio.create_task(workers.run(lambda: None))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert await workers.run(lambda: "room") == "room"
