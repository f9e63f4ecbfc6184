"""Background jobs of a running server."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from kinoteka.core.accounts import skeletons
from kinoteka.core.accounts.common_passwords import common_passwords
from kinoteka.core.import_runs.undo import prune_changes
from kinoteka.core.jobs.model import JobKind
from kinoteka.core.services import Services
from kinoteka.database.unit import Unit, unit_of_work
from kinoteka.errors import DomainError
from kinoteka.infrastructure.clock import HOUR
from kinoteka.infrastructure.tasks import BackgroundTasks, close_step
from kinoteka.server.job_runner import JobRunner
from kinoteka.server.metrics import Metrics

log = structlog.get_logger()

REVISION_SECONDS = 0.5
LAST_SEEN_SECONDS = 60
LISTENER_SECONDS = 15
POSTER_USE_SECONDS = 3600
IMPORT_SECONDS = 30
STORE_CLOSE_SECONDS = 2.0
"""How long storing the last use of sessions may take when the server stops."""


class BackgroundJobs:
    """Runs what each worker does again and again, and the jobs of the queue, until closed."""

    def __init__(self, services: Services, metrics: Metrics) -> None:
        self._services = services
        self._metrics = metrics
        self._tasks = BackgroundTasks()
        self._runner = JobRunner(services.database, services.jobs, job_kinds(services))

    def start(self) -> None:
        """Start all jobs."""
        self._tasks.start(self._every(REVISION_SECONDS, _check_revisions))
        self._tasks.start(self._every(LAST_SEEN_SECONDS, _store_session_use))
        self._tasks.start(self._every(POSTER_USE_SECONDS, _store_poster_use))
        self._tasks.start(self._every(LISTENER_SECONDS, _remove_expired_listeners))
        self._tasks.start(self._every(IMPORT_SECONDS, _supervise_imports, at_once=True))
        self._tasks.start(self._metrics.watch(self._services))
        self._tasks.start(asyncio.to_thread(common_passwords))
        self._runner.start()

    async def close(self) -> None:
        """Cancel the jobs and wait for them to end. Then store when sessions were last used."""
        await self._runner.close()
        await self._tasks.close()
        await close_step("last seen", _store_last_seen(self._services), STORE_CLOSE_SECONDS)

    async def _every(
        self,
        seconds: float,
        job: Callable[[Services, Unit], Awaitable[None]],
        *,
        at_once: bool = False,
    ) -> None:
        """Run a job repeatedly, each time in a new transaction. Log failures and go on."""
        is_postponed = False
        wait = 0 if at_once else seconds
        while not self._tasks.is_closing:
            await asyncio.sleep(wait)
            wait = seconds
            try:
                async with unit_of_work(self._services.database) as unit:
                    await job(self._services, unit)
                is_postponed = False
            except DomainError as error:  # for example, the database is unreachable or overloaded
                if not is_postponed:  # log it once, because a job may run twice a second
                    name, reason = job.__name__, str(error.__cause__ or "")
                    log.warning(
                        "background job postponed", job=name, code=error.code, reason=reason
                    )
                is_postponed = True
            except Exception:
                log.exception("background job failed", job=job.__name__)


async def _check_revisions(services: Services, unit: Unit) -> None:
    await services.revisions.refresh()
    if services.chats.listeners.must_check_sessions:
        await _remove_expired_listeners(services, unit)


async def _store_session_use(services: Services, unit: Unit) -> None:
    await services.actors.store_last_seen(unit)


async def _supervise_imports(services: Services, unit: Unit) -> None:
    await services.import_runs.recover(unit)
    await services.import_uploads.prune()


async def _store_poster_use(services: Services, unit: Unit) -> None:
    await services.film_posters.store_use(unit)


def job_kinds(services: Services) -> dict[str, JobKind]:
    """Return what jobs of each kind in the queue do."""

    async def prune(_payload: str) -> None:
        async with unit_of_work(services.database) as unit:
            await _prune(services, unit)

    return {"prune": JobKind(prune, every=HOUR)}


async def _prune(services: Services, unit: Unit) -> None:
    await services.sessions.prune(unit)
    await services.audit.prune(unit)
    await prune_changes(unit)
    await skeletons.backfill(unit)
    await services.film_posters.prune(unit)
    await services.film_merging.prune(unit)
    await services.jobs.prune(unit)


async def _remove_expired_listeners(services: Services, unit: Unit) -> None:
    # Nothing announces sessions that expire, or that another process ends while the bus is down.
    for session_id in services.chats.listeners.sessions():
        await asyncio.sleep(0)  # let other tasks run: there may be thousands of sessions
        if await services.actors.by_id(unit, session_id) is None:
            services.chats.listeners.end_session(session_id)


async def _store_last_seen(services: Services) -> None:
    try:
        async with unit_of_work(services.database) as unit:
            await services.actors.store_last_seen(unit)
    except DomainError as error:
        log.warning("the last use of sessions could not be stored", code=error.code)
