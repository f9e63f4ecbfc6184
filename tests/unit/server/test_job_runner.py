"""Workers that run the jobs of the queue."""

import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from kinoteka.core.jobs.model import LEASE, JobFailed, JobKind
from kinoteka.core.jobs.service import Jobs
from kinoteka.core.services import Services
from kinoteka.database.unit import unit_of_work
from kinoteka.infrastructure import tasks
from kinoteka.infrastructure.clock import HOUR
from kinoteka.server import job_runner
from kinoteka.server.job_runner import MAX_RUNNING, JobRunner
from tests.support.databases import database_environment, execute, rows
from tests.support.polling import wait_until
from tests.support.servers import clean_environment
from tests.support.suspension_points import close_at_each_point

Run = Callable[[str], Awaitable[None]]


@asynccontextmanager
async def runner(services: Services, run: Run, **options: int) -> AsyncIterator[Jobs]:
    """Run jobs of the kind "note" in a worker with a queue object of its own."""
    jobs = Jobs()
    worker = JobRunner(services.database, jobs, {"note": JobKind(run, **options)})
    worker.start()
    try:
        yield jobs
    finally:
        await worker.close()


async def add(services: Services, jobs: Jobs, count: int = 1) -> None:
    async with unit_of_work(services.database) as unit:
        for _ in range(count):
            await jobs.add(unit, "note")


def stored(settings) -> list[tuple[int, str | None]]:
    return rows(settings, "SELECT attempts, last_error FROM jobs ORDER BY id")


async def test_job_runs_once_among_several_workers(services, settings):
    ran: Counter[int] = Counter()

    async def run(_payload: str) -> None:
        await asyncio.sleep(0)
        ran[0] += 1

    async with AsyncExitStack() as stack:
        queues = [await stack.enter_async_context(runner(services, run)) for _ in range(3)]
        for jobs in queues:
            await add(services, jobs, 10)
        await wait_until(lambda: stored(settings) == [])
    assert ran[0] == 30


async def test_worker_runs_a_limited_number_of_jobs_at_once(services, settings):
    running, most = set(), 0
    release = asyncio.Event()

    async def run(_payload: str) -> None:
        nonlocal most
        task = asyncio.current_task()
        running.add(task)
        most = max(most, len(running))
        await release.wait()
        running.discard(task)

    async with runner(services, run) as jobs:
        await add(services, jobs, MAX_RUNNING * 2)
        await wait_until(lambda: len(running) == MAX_RUNNING)
        release.set()
        await wait_until(lambda: stored(settings) == [])
    assert most == MAX_RUNNING


@pytest.mark.parametrize(
    ("error", "text"),
    [(JobFailed("the server is busy"), "the server is busy"), (KeyError("secret"), "KeyError")],
)
async def test_error_of_a_job_is_stored(services, settings, error, text):
    async def run(_payload: str) -> None:
        raise error

    async with runner(services, run) as jobs:
        await add(services, jobs)
        await wait_until(lambda: stored(settings) == [(1, text)])


async def test_job_of_an_unknown_kind_waits_for_a_version_that_knows_it(services, settings):
    async def run(_payload: str) -> None:
        raise AssertionError

    async with runner(services, run) as jobs:
        async with unit_of_work(services.database) as unit:
            await jobs.add(unit, "poem")
        await wait_until(lambda: [error for _, error in stored(settings) if error] != [])
    [(_, error)] = stored(settings)
    assert "does not know" in str(error)


async def test_job_of_a_stopping_worker_is_run_by_another(services, settings):
    started = asyncio.Event()

    async def wait_for_ever(_payload: str) -> None:
        started.set()
        await asyncio.Event().wait()

    async def run(_payload: str) -> None:
        pass

    async with runner(services, wait_for_ever) as jobs:
        await add(services, jobs)
        await started.wait()
    assert stored(settings) == [(1, None)]
    async with runner(services, run):
        await wait_until(lambda: stored(settings) == [])


async def test_job_is_stopped_when_another_worker_has_taken_it_over(
    services, settings, monkeypatch
):
    monkeypatch.setattr(job_runner, "RENEW_SECONDS", 0.01)
    started, stopped = asyncio.Event(), asyncio.Event()

    async def run(_payload: str) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async with runner(services, run) as jobs:
        await add(services, jobs)
        await started.wait()
        execute(settings, "UPDATE jobs SET attempts = 2")
        await stopped.wait()
    assert stored(settings) == [(2, None)]


DIES = """
import asyncio, os, signal, sys
from kinoteka.core.jobs.model import JobKind
from kinoteka.infrastructure import settings as config
from kinoteka.server.app import wire
from kinoteka.server.job_runner import JobRunner

async def die(_payload):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    services = await wire(config.load())
    JobRunner(services.database, services.jobs, {"note": JobKind(die)}).start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_job_of_a_killed_worker_is_run_by_another(services, settings, monkeypatch):
    async def run(_payload: str) -> None:
        pass

    await add(services, services.jobs)
    environment = {"KINOTEKA_DATA": str(settings.data), **database_environment(settings)}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DIES, env=clean_environment(environment)
    )
    assert await process.wait() == -signal.SIGKILL
    assert stored(settings) == [(1, None)]
    later = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: later() + 2 * LEASE * 1_000_000)
    async with runner(services, run):
        await wait_until(lambda: stored(settings) == [])


async def test_repeating_job_exists_once_and_survives_its_errors(services, settings):
    ran = 0

    async def run(_payload: str) -> None:
        nonlocal ran
        ran += 1
        raise JobFailed("no answer")

    async with runner(services, run, every=HOUR), runner(services, run, every=HOUR):
        await wait_until(lambda: stored(settings) == [(0, None)])
        execute(settings, "UPDATE jobs SET run_at = 1")
        await wait_until(lambda: stored(settings) == [(0, "no answer")])
    assert ran == 1


async def test_jobs_run_again_after_the_database_was_unavailable(services, settings, capsys):
    done = asyncio.Event()

    async def run(_payload: str) -> None:
        done.set()

    execute(settings, "ALTER TABLE jobs RENAME TO hidden")
    async with runner(services, run) as jobs:
        await wait_until(lambda: "background jobs" in capsys.readouterr().out)
        execute(settings, "ALTER TABLE hidden RENAME TO jobs")
        await add(services, jobs)
        await done.wait()


@pytest.mark.parametrize("losing", [0, 1, 3], ids="{} lost cancellations".format)
async def test_runner_ends_when_closed_at_any_suspension_point(services, monkeypatch, losing):
    monkeypatch.setattr(tasks, "RECANCEL_SECONDS", 0.01)
    monkeypatch.setattr(job_runner, "POLL_SECONDS", 0)

    async def run(_payload: str) -> None:
        await asyncio.sleep(0)

    def scenario():
        worker = JobRunner(services.database, services.jobs, {"note": JobKind(run, every=0)})

        async def use():
            worker.start()
            await asyncio.sleep(0.05)

        return use(), worker.close

    await close_at_each_point(scenario, losing)
