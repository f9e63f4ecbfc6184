"""The command `kinoteka sessions prune`."""

from pathlib import Path

import click

from kinoteka.cli.options import data_option
from kinoteka.cli.services import open_services, require_database, run
from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.settings import Settings


@click.group()
def sessions() -> None:
    """Manage sessions."""


@sessions.command()
@data_option
def prune(data: Path | None) -> None:
    """Delete expired sessions."""
    settings = config.load(data=data)
    require_database(settings)
    click.echo(f"deleted {run(prune_sessions(settings))} expired sessions")


async def prune_sessions(settings: Settings) -> int:
    """Delete expired sessions. Return their number."""
    async with open_services(settings) as (services, unit):
        return await services.sessions.prune(unit)
