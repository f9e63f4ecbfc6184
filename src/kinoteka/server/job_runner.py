"""Runs the jobs of the queue in this worker."""

import asyncio
from collections.abc import Mapping

import structlog

from kinoteka.core.jobs.model import RENEW_SECONDS, Job, JobFailed, JobKind
from kinoteka.core.jobs.service import Jobs, describe
from kinoteka.database.interface import Database
from kinoteka.database.unit import unit_of_work
from kinoteka.errors import DomainError
from kinoteka.infrastructure.clock import now
from kinoteka.infrastructure.tasks import BackgroundTasks, end_tasks, finish

log = structlog.get_logger()

POLL_SECONDS = 1.0
"""How often a worker looks for jobs that other workers added or that have become due."""
MAX_RUNNING = 4


class JobRunner:
    """Claims jobs that are due and runs up to `MAX_RUNNING` of them at a time."""

    def __init__(self, database: Database, jobs: Jobs, kinds: Mapping[str, JobKind]) -> None:
        self._database = database
        self._jobs = jobs
        self._kinds = kinds
        self._tasks = BackgroundTasks()
        self._is_due = asyncio.Event()
        self._free = asyncio.Semaphore(MAX_RUNNING)
        jobs.on_add(self._is_due.set)

    def start(self) -> None:
        """Run jobs until `close`."""
        self._tasks.start(self._run())

    async def close(self) -> None:
        """Cancel running jobs, and let other workers run them."""
        await self._tasks.close()

    async def _run(self) -> None:
        is_postponed = False
        while not self._tasks.is_closing:
            try:
                await self._add_repeating_jobs()
                while not self._tasks.is_closing:
                    await self._start_due_jobs()
                    is_postponed = False
                    await self._wait()
            except DomainError as error:  # the database is unreachable or overloaded
                if not is_postponed:
                    log.warning("background jobs postponed", code=error.code)
                is_postponed = True
            except Exception:
                log.exception("background jobs cannot be started")
            await asyncio.sleep(POLL_SECONDS)

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._is_due.wait(), POLL_SECONDS)
        except TimeoutError:
            return
        self._is_due.clear()

    async def _add_repeating_jobs(self) -> None:
        async with unit_of_work(self._database) as unit:
            for name, kind in self._kinds.items():
                if kind.every is not None:
                    first = now() + kind.every
                    await self._jobs.add(unit, name, key=name, run_at=first)

    async def _start_due_jobs(self) -> None:
        """Start every job that is due, as soon as one of the running ones finishes."""
        while True:
            await self._free.acquire()
            job = None
            try:
                job = await self._claim()
            finally:
                if job is None:
                    self._free.release()
            if job is None:
                return
            self._tasks.start(self._run_one(job))

    async def _claim(self) -> Job | None:
        async with unit_of_work(self._database) as unit:
            if not await self._jobs.has_due(unit):
                return None
            claimed = await self._jobs.claim(unit, 1)
        return claimed[0] if claimed else None

    async def _run_one(self, job: Job) -> None:
        try:
            await self._finish(job, await self._attempt(job))
        except asyncio.CancelledError:
            await finish(self._release(job))
            raise
        except DomainError as error:  # another worker tries it again when the lease expires
            log.warning("the end of a job could not be stored", kind=job.kind, code=error.code)
        finally:
            self._free.release()

    async def _attempt(self, job: Job) -> Exception | None:
        """Run a job while its lease is extended, and return the error with which it failed."""
        kind = self._kinds.get(job.kind)
        if kind is None:
            return JobFailed("this version of the server does not know jobs of this kind")
        work = asyncio.ensure_future(kind.run(job.payload))
        renewal = asyncio.create_task(self._renew(job, work))
        try:
            await work
        except asyncio.CancelledError:
            if self._tasks.is_closing:
                raise
            return JobFailed("another worker has taken the job over")
        except JobFailed as error:
            return error
        except Exception as error:
            log.exception("a job failed", kind=job.kind, attempt=job.attempts)
            return error
        finally:
            await end_tasks(renewal, work)
        return None

    async def _renew(self, job: Job, work: "asyncio.Future[None]") -> None:
        """Extend the lease while the job runs. Stop the job if another worker has it."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            try:
                async with unit_of_work(self._database) as unit:
                    is_owned = await self._jobs.renew(unit, job)
            except DomainError:
                continue  # the lease has time for several attempts
            if not is_owned:
                work.cancel()
                return

    async def _release(self, job: Job) -> None:
        """Let another worker run the job now, because this one stops."""
        async with unit_of_work(self._database) as unit:
            await self._jobs.release(unit, job)

    async def _finish(self, job: Job, error: Exception | None) -> None:
        every = self._kinds[job.kind].every if job.kind in self._kinds else None
        async with unit_of_work(self._database) as unit:
            if every is not None:
                text = None if error is None else describe(error)
                await self._jobs.repeat(unit, job, every, text)
            elif error is None:
                await self._jobs.complete(unit, job)
            elif not await self._jobs.fail(unit, job, error):
                log.error("a job failed for good", kind=job.kind, error=describe(error))
