"""Background tasks: they end whatever a library does with a cancellation."""

import asyncio

import pytest

from kinoteka.infrastructure import tasks
from kinoteka.infrastructure.tasks import BackgroundTasks, close_step, end_tasks, finish
from tests.support.polling import wait_until


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr(tasks, "RECANCEL_SECONDS", 0.01)
    monkeypatch.setattr(tasks, "STEP_END_SECONDS", 0.01)


async def lose(cancellations):
    """Go on after so many cancellations."""
    for _ in range(cancellations):
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            continue
    await asyncio.Event().wait()


async def started(work):
    task = asyncio.create_task(work)
    await asyncio.sleep(0)
    return task


class TestEndTasks:
    @pytest.mark.parametrize("lost", [0, 1, 5])
    async def test_task_ends_however_many_cancellations_it_loses(self, lost):
        task = await started(lose(lost))
        await end_tasks(task)
        assert task.cancelled()

    async def test_task_that_never_ends_is_abandoned_and_named(self, capsys):
        task = await started(lose(1000))
        await end_tasks(task, within=0.05)
        assert "do not end" in (message := capsys.readouterr().out)
        assert "lose" in message
        while not task.done():
            task.cancel()
            await asyncio.sleep(0)

    async def test_cleanup_is_not_interrupted_before_its_time(self):
        async def work():
            try:
                await asyncio.Event().wait()
            finally:
                for _ in range(20):
                    await asyncio.sleep(0)
                cleaned.append(True)

        cleaned: list[bool] = []
        await end_tasks(await started(work()), recancel_after=60)
        assert cleaned == [True]

    async def test_cancelled_caller_leaves_no_task_behind(self):
        task = await started(lose(2))
        caller = await started(end_tasks(task, recancel_after=60))
        for _ in range(3):
            caller.cancel()
            await asyncio.sleep(0.001)
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert task.done()

    async def test_error_of_an_ended_task_is_not_logged(self, caplog):
        async def fail():
            raise ValueError

        task = await started(fail())
        await end_tasks(task)
        del task
        assert caplog.records == []


class TestBackgroundTasks:
    async def test_repeating_task_notices_the_close(self):
        async def repeat():
            while not running.is_closing:
                try:
                    await asyncio.sleep(0)
                except asyncio.CancelledError:
                    continue

        running = BackgroundTasks()
        task = running.start(repeat())
        await running.close(recancel_after=60)
        assert task.done()


class TestFinish:
    async def test_result_is_returned(self):
        assert await finish(asyncio.sleep(0, "done")) == "done"

    async def test_work_continues_after_its_caller_is_cancelled(self, caplog):
        async def work():
            await may_go_on.wait()
            ended.append(True)
            raise ValueError

        may_go_on = asyncio.Event()
        ended: list[bool] = []
        caller = await started(finish(work()))
        caller.cancel()
        with pytest.raises(asyncio.CancelledError):
            await caller
        may_go_on.set()
        await wait_until(lambda: ended and not tasks._abandoned)
        assert caplog.records == []


class TestCloseStep:
    async def test_error_is_logged_and_not_raised(self, capsys):
        async def fail():
            raise ValueError("broken")

        await close_step("bus", fail(), 60)
        assert "a shutdown step failed" in capsys.readouterr().out

    async def test_slow_step_is_abandoned(self, capsys):
        await close_step("bus", lose(1), 0.01)
        assert "takes too long" in capsys.readouterr().out
