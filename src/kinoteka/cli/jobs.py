"""The commands `kinoteka jobs`: see and repeat the work that the server queued."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kinoteka.cli.options import data_option
from kinoteka.cli.services import open_services, require_database, run
from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.clock import iso
from kinoteka.infrastructure.settings import Settings

if TYPE_CHECKING:
    from kinoteka.core.jobs.queries import JobState


@click.group()
def jobs() -> None:
    """See and repeat background jobs."""


@jobs.command("list")
@data_option
def list_jobs(data: Path | None) -> None:
    """List jobs that failed, wait or run."""
    settings = config.load(data=data)
    require_database(settings)
    states = run(_unfinished(settings))
    for state in states:
        click.echo(_line(state))
    if not states:
        click.echo("there are no jobs")


@jobs.command("retry")
@data_option
def retry(data: Path | None) -> None:
    """Start failed jobs again."""
    settings = config.load(data=data)
    require_database(settings)
    click.echo(f"started {run(_retry_failed(settings))} jobs again")


def _line(state: "JobState") -> str:
    when = f"next run {iso(state.run_at)}" if state.failed_at is None else "failed for good"
    error = f": {state.last_error}" if state.last_error else ""
    return f"{state.id}  {state.kind}  {when}  attempts {state.attempts}{error}"


async def _unfinished(settings: Settings) -> "list[JobState]":
    async with open_services(settings) as (services, unit):
        return await services.jobs.unfinished(unit)


async def _retry_failed(settings: Settings) -> int:
    async with open_services(settings) as (services, unit):
        return await services.jobs.retry_failed(unit)
