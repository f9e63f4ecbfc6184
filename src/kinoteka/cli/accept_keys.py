"""The command `kinoteka accept-keys`."""

from pathlib import Path

import click

from kinoteka.cli.options import data_option
from kinoteka.cli.services import require_database
from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.settings import Settings


@click.command("accept-keys")
@data_option
def accept_keys(data: Path | None) -> None:
    """After a change of keys: record that the database is used with this server's keys.

    Sessions and tokens of the previous keys stay invalid: everybody must sign in again.
    """
    settings = config.load(data=data)
    require_database(settings)
    changed = record_keys(settings)
    click.echo(f"accepted: {', '.join(changed)}" if changed else "the keys are the same as before")


def record_keys(settings: Settings) -> list[str]:
    """Record that the database is used with these keys. Return the names of those that differed."""
    from kinoteka.core.tokens import server_keys
    from kinoteka.database.blocking import writing

    with writing(settings) as writer:
        return server_keys.replace_fingerprints(settings, writer)
