"""The command `kinoteka migrate`."""

from pathlib import Path

import click

from kinoteka.cli.options import data_option
from kinoteka.infrastructure import settings as config


@click.command("migrate")
@data_option
def migrate_database(data: Path | None) -> None:
    """Migrate the database to the newest schema. Creates it if there is none."""
    from kinoteka.database.migrations import migrate, newest

    changed = migrate(config.load(data=data))
    click.echo(f"{'migrated to' if changed else 'already at'} revision {newest()}")
