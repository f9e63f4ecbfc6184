"""Statements on jobs."""

from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, case, delete, null, or_, select, update

from kinoteka.core.jobs.model import Job
from kinoteka.database.schema import jobs
from kinoteka.database.statement import Statement, insert_for, lock_rows

_COLUMNS = (jobs.c.id, jobs.c.kind, jobs.c.payload, jobs.c.attempts)
_IS_DUE = and_(
    jobs.c.failed_at.is_(None),
    jobs.c.run_at <= bindparam("at"),
    or_(jobs.c.lease_until.is_(None), jobs.c.lease_until <= bindparam("at")),
)


class JobState(msgspec.Struct, frozen=True):
    """A stored job for operators. Times are in milliseconds."""

    id: int
    kind: str
    created_at: int
    run_at: int
    attempts: int
    last_error: str | None
    failed_at: int | None


def _add(engine: str) -> Any:
    """Add a job. One that failed and has the same key starts again."""
    added = insert_for(engine, jobs).values(
        kind=bindparam("kind"),
        key=bindparam("key"),
        payload=bindparam("payload"),
        created_at=bindparam("created_at"),
        run_at=bindparam("run_at"),
        attempts=0,
    )
    restarted = {"payload": added.excluded.payload, "run_at": added.excluded.run_at}
    return added.on_conflict_do_update(
        index_elements=["key"],
        set_={**restarted, "attempts": 0, "failed_at": null(), "lease_until": null()},
        where=jobs.c.failed_at.is_not(None),
    ).returning(jobs.c.id)


ADD: Statement[tuple[int]] = Statement(_add)
ANY_DUE: Statement[tuple[int]] = Statement(select(jobs.c.id).where(_IS_DUE).limit(1))
"""Tell whether any job is due."""

_due = lock_rows(
    select(jobs.c.id).where(_IS_DUE).order_by(jobs.c.run_at, jobs.c.id).limit(bindparam("most")),
    skip_locked=True,
)
CLAIM: Statement[Job] = Statement(
    update(jobs)
    .where(jobs.c.id.in_(_due))
    .values(lease_until=bindparam("lease_until"), attempts=jobs.c.attempts + 1)
    .returning(*_COLUMNS),
    Job,
)
"""Lease the jobs that are due, also those whose lease has expired."""

# A worker whose lease expired no longer owns the job: the next lease has another `attempts`.
_OWNED = and_(jobs.c.id == bindparam("job_id"), jobs.c.attempts == bindparam("attempt"))
RENEW: Statement[tuple[int]] = Statement(
    update(jobs).where(_OWNED).values(lease_until=bindparam("until")).returning(jobs.c.id)
)
COMPLETE: Statement[tuple[int]] = Statement(delete(jobs).where(_OWNED).returning(jobs.c.id))
REPEAT: Statement[tuple[int]] = Statement(
    update(jobs)
    .where(_OWNED)
    .values(run_at=bindparam("next"), attempts=0, lease_until=null(), last_error=bindparam("error"))
    .returning(jobs.c.id)
)
RETRY: Statement[tuple[int]] = Statement(
    update(jobs)
    .where(_OWNED)
    .values(run_at=bindparam("next"), lease_until=null(), last_error=bindparam("error"))
    .returning(jobs.c.id)
)
FAIL: Statement[tuple[int]] = Statement(
    update(jobs)
    .where(_OWNED)
    .values(failed_at=bindparam("at"), lease_until=null(), last_error=bindparam("error"))
    .returning(jobs.c.id)
)

UNFINISHED: Statement[JobState] = Statement(
    select(*(jobs.c[name] for name in JobState.__struct_fields__))
    .order_by(case((jobs.c.failed_at.is_(None), 1), else_=0), jobs.c.run_at, jobs.c.id)
    .limit(bindparam("most")),
    JobState,
)
"""Failed jobs first, then those that wait or run."""
RETRY_FAILED: Statement[tuple[int]] = Statement(
    update(jobs)
    .where(jobs.c.failed_at.is_not(None))
    .values(run_at=bindparam("at"), attempts=0, failed_at=null(), lease_until=null())
    .returning(jobs.c.id)
)
PRUNE_FAILED: Statement[tuple[int]] = Statement(
    delete(jobs).where(jobs.c.failed_at <= bindparam("before")).returning(jobs.c.id)
)
