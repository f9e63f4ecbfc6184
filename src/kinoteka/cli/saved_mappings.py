"""Columns and options for files that were saved on the site.

They are used by the option `--mapping`, and listed and deleted by `kinoteka import mappings`.
"""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from kinoteka.cli.options import data_option
from kinoteka.infrastructure import settings as config

if TYPE_CHECKING:
    from kinoteka.core.import_runs.model import SavedMapping
    from kinoteka.infrastructure.settings import Settings

THOUSANDS = {",": "comma", ".": "dot"}


class SavedOptions(NamedTuple):
    """The options of the command that a mapping has."""

    mapping: tuple[str, ...]
    columns: str | None
    kinds: tuple[str, ...]
    scale: str | None
    thousands: str | None
    encoding: str | None


def with_saved(data: Path | None, name: str, given: SavedOptions) -> SavedOptions:
    """Return the given options, and those of a saved mapping for the others.

    End the command if there is no mapping with this name.
    """
    from kinoteka.cli.services import require_database, run

    settings = config.load(data=data)
    require_database(settings)
    saved = run(_find(settings, name))
    if saved is None:
        raise click.UsageError(f"There is no mapping with the name {name}. Save one on the site.")
    options = saved.options
    mapped = {_field(pair) for pair in given.mapping}
    others = tuple(pair for pair in saved.mapping if _field(pair) not in mapped)
    return SavedOptions(
        (*others, *given.mapping),
        given.columns or ",".join(options.columns) or None,
        given.kinds or options.kinds,
        given.scale or options.scale,
        given.thousands or THOUSANDS.get(options.thousands or ""),
        given.encoding or options.encoding,
    )


@click.command("mappings")
@click.option("--delete", metavar="NAME", help="Delete the mapping with this name.")
@data_option
def mappings(delete: str | None, data: Path | None) -> None:
    """List the mappings that were saved on the site, or delete one.

    Films that were imported with a mapping stay as they are.
    """
    from kinoteka.cli.services import require_database, run

    settings = config.load(data=data)
    require_database(settings)
    if delete is None:
        saved = run(_list(settings))
        for each in saved:
            click.echo(f"{each.name}: {', '.join(each.mapping) or 'columns by their names'}")
        if not saved:
            click.echo("No mapping is saved. Save one in the preview of an import on the site.")
        return
    if not run(_delete(settings, delete)):
        raise click.UsageError(f"There is no mapping with the name {delete}. Nothing was deleted.")
    click.echo(f"the mapping {delete} is deleted")


async def _list(settings: "Settings") -> "list[SavedMapping]":
    from kinoteka.cli.services import open_services
    from kinoteka.core.access.model import CONSOLE_ACTOR
    from kinoteka.core.import_runs.mappings import list_mappings

    async with open_services(settings) as (_, unit):
        return await list_mappings(CONSOLE_ACTOR, unit)


async def _delete(settings: "Settings", name: str) -> bool:
    from kinoteka.cli.services import open_services
    from kinoteka.core.access.model import CONSOLE_ACTOR
    from kinoteka.core.import_runs.mappings import delete_mapping
    from kinoteka.errors import Code, DomainError

    async with open_services(settings) as (_, unit):
        try:
            await delete_mapping(CONSOLE_ACTOR, unit, name)
        except DomainError as error:
            if error.code is not Code.FIELD_INVALID:
                raise
            return False
        return True


def _field(pair: str) -> str:
    return pair.partition("=")[0].strip()


async def _find(settings: "Settings", name: str) -> "SavedMapping | None":
    from kinoteka.cli.services import open_services
    from kinoteka.core.access.model import CONSOLE_ACTOR
    from kinoteka.core.import_runs.mappings import find_mapping
    from kinoteka.errors import Code, DomainError

    async with open_services(settings) as (_, unit):
        try:
            return await find_mapping(CONSOLE_ACTOR, unit, name)
        except DomainError as error:
            if error.code is not Code.FIELD_INVALID:
                raise
            return None
