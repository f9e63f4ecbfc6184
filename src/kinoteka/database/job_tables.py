"""The table of background jobs."""

from sqlalchemy import BigInteger, Column, Integer, Table

from kinoteka.database.schema_columns import Id, Text, metadata, partial_index

# `payload` is JSON. Jobs with a `key` exist once. `lease_until` is set while a worker runs the job;
# another takes it over after that time. `failed_at` is set when it is not tried any more.
jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, unique=True),
    Column("payload", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("run_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", BigInteger),
    Column("last_error", Text),
    Column("failed_at", BigInteger),
    sqlite_autoincrement=True,
)
_to_run = jobs.c.failed_at.is_(None)
partial_index("ix_jobs_run_at", _to_run, jobs.c.run_at)
