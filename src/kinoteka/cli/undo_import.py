"""The command `kinoteka import undo`."""

from pathlib import Path

import click

from kinoteka.cli.options import WholeNumber, data_option
from kinoteka.cli.output import fail
from kinoteka.cli.services import require_database
from kinoteka.infrastructure import settings as config


@click.command("undo")
@click.argument("batch", metavar="NUMBER", type=WholeNumber(1))
@data_option
def undo_import(batch: int, data: Path | None) -> None:
    """Undo an import: restore the values that it changed, and remove the films that it added.

    NUMBER is in the import's summary. Films to which a bookmark, a selection, a message or an
    edited field refers are kept. Values that a later import has changed stay.
    """
    from kinoteka.core.imports.service import ImportFailed
    from kinoteka.core.imports.undo import Undo

    settings = config.load(data=data)
    require_database(settings)
    try:
        result = Undo(batch).run(settings)
    except ImportFailed as error:
        fail(f"{error}; nothing was undone")
    click.echo(f"import {batch} of {result.source} is undone")
    click.echo(f"  restored   {result.restored:,}")
    click.echo(f"  removed    {result.removed:,}")
    if result.kept:
        click.echo(
            f"  kept       {result.kept:,} (a bookmark, a selection, a message or an edited field"
            " refers to them)"
        )
    if result.later:
        click.echo(f"  unchanged  {result.later:,} (a later import has changed them)")
