"""Add, claim and end background jobs.

Public operations: add, has_due, claim, renew, release, complete, repeat, fail, unfinished,
retry_failed, prune.

Several workers share the queue. A worker leases a job; if the worker ends, the lease expires and
another takes the job over. So a job runs at least once, and never twice at the same time.
"""

from collections.abc import Callable

import msgspec

from kinoteka.core.jobs import queries
from kinoteka.core.jobs.model import (
    LEASE,
    MAX_ATTEMPTS,
    MAX_ERROR,
    Job,
    JobFailed,
    delay_after,
)
from kinoteka.core.jobs.queries import JobState
from kinoteka.database.unit import Unit
from kinoteka.infrastructure.clock import DAY, now

FAILED_KEPT = 30 * DAY
"""How long failed jobs are kept, in milliseconds."""
MAX_LISTED = 200


class Jobs:
    """The queue of background jobs."""

    def __init__(self) -> None:
        self._wake: Callable[[], None] = lambda: None

    def on_add(self, wake: Callable[[], None]) -> None:
        """Call `wake` after the commit of a job that this process added."""
        self._wake = wake

    async def add(
        self,
        unit: Unit,
        kind: str,
        payload: msgspec.Struct | None = None,
        *,
        key: str | None = None,
        run_at: int | None = None,
    ) -> None:
        """Add a job with the unit's commit. A job with the same key must not exist twice.

        A failed job with the key starts again with the new payload; any other stays as it is.
        """
        at = now()
        await unit.queue(
            queries.ADD,
            kind=kind,
            key=key,
            payload=msgspec.json.encode(payload or {}).decode(),
            created_at=at,
            run_at=at if run_at is None else run_at,
        )
        unit.after_commit(lambda: self._wake())

    async def has_due(self, unit: Unit) -> bool:
        """Return whether a job is due. It reads one row."""
        return await unit.first(queries.ANY_DUE, at=now()) is not None

    async def claim(self, unit: Unit, most: int) -> list[Job]:
        """Lease up to `most` jobs that are due."""
        at = now()
        return await unit.all(queries.CLAIM, at=at, most=most, lease_until=at + LEASE)

    async def renew(self, unit: Unit, job: Job) -> bool:
        """Extend the lease; return False if another worker has taken the job over."""
        return bool(await unit.all(queries.RENEW, **_lease(job), until=now() + LEASE))

    async def release(self, unit: Unit, job: Job) -> None:
        """End the lease of a job that this worker could not finish."""
        await unit.queue(queries.RENEW, **_lease(job), until=now())

    async def complete(self, unit: Unit, job: Job) -> None:
        """Delete a job whose work is done."""
        await unit.queue(queries.COMPLETE, **_lease(job))

    async def repeat(self, unit: Unit, job: Job, every: int, error: str | None = None) -> None:
        """Schedule a repeating job again; `error` is what its last attempt failed with."""
        await unit.queue(queries.REPEAT, **_lease(job), next=now() + every, error=error)

    async def fail(self, unit: Unit, job: Job, error: Exception) -> bool:
        """Store the error. Try the job again later; return False if it has failed for good."""
        text = describe(error)
        is_final = isinstance(error, JobFailed) and error.is_final
        if is_final or job.attempts >= MAX_ATTEMPTS:
            await unit.queue(queries.FAIL, **_lease(job), at=now(), error=text)
            return False
        next_run = now() + delay_after(job.attempts)
        await unit.queue(queries.RETRY, **_lease(job), next=next_run, error=text)
        return True

    async def unfinished(self, unit: Unit) -> list[JobState]:
        """Return failed jobs, then those that wait or run; at most `MAX_LISTED`."""
        return await unit.all(queries.UNFINISHED, most=MAX_LISTED)

    async def retry_failed(self, unit: Unit) -> int:
        """Start failed jobs again, and return how many there were."""
        started = await unit.all(queries.RETRY_FAILED, at=now())
        unit.after_commit(lambda: self._wake())
        return len(started)

    async def prune(self, unit: Unit) -> None:
        """Delete jobs that failed more than 30 days ago."""
        await unit.run(queries.PRUNE_FAILED, before=now() - FAILED_KEPT)


def describe(error: Exception) -> str:
    """Return an error as it is stored: its message, or only its type if it was unexpected.

    Messages of unexpected errors may contain data of the job.
    """
    text = str(error) if isinstance(error, JobFailed) else type(error).__name__
    return text[:MAX_ERROR]


def _lease(job: Job) -> dict[str, int]:
    return {"job_id": job.id, "attempt": job.attempts}
