"""The command `kinoteka doctor`."""

import sys
from pathlib import Path

import click

from kinoteka.cli.doctor.findings import error
from kinoteka.cli.options import data_option
from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.settings import SettingsError


@click.command()
@data_option
def doctor(data: Path | None) -> None:
    """Check the settings and the machine, and say what is wrong and what to do.

    Prints a line for each finding: error, warning or fine. The exit code is 1 if there is an
    error. Run it as the server's user and with the server's settings.
    """
    from kinoteka.cli.doctor.examination import conclusion, examine
    from kinoteka.infrastructure.logging import configure_logging

    try:
        settings = config.load(data=data)
    except SettingsError as problem:
        found = [error("settings", f"{problem}. The server does not start with it.")]
    else:
        configure_logging(settings)
        found = examine(settings)
    for finding in found:
        click.echo(finding)
    text, is_well = conclusion(found)
    click.echo(text)
    sys.exit(0 if is_well else 1)
