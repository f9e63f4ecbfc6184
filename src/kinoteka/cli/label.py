"""The command `kinoteka label`."""

from collections.abc import Sequence
from pathlib import Path

import click

from kinoteka.cli.options import WholeNumber, data_option
from kinoteka.cli.services import open_services, require_database, run
from kinoteka.errors import Code, DomainError
from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.settings import Settings


@click.command()
@data_option
@click.argument("film_ids", metavar="FILM_ID...", nargs=-1, required=True, type=WholeNumber(1))
@click.option("--label", help="The access label. A label that does not exist is created.")
@click.option("--none", "opens", is_flag=True, help="No label: everybody can see the films.")
def label(data: Path | None, film_ids: tuple[int, ...], label: str | None, opens: bool) -> None:
    """Put films under an access label, or remove their label.

    Only accounts with the permission films.view:LABEL can see films with a label.
    """
    if (label is None) != opens:
        raise click.UsageError("Give either --label NAME or --none.")
    settings = config.load(data=data)
    require_database(settings)
    run(label_films(settings, film_ids, label))
    films = "1 film" if len(film_ids) == 1 else f"{len(film_ids)} films"
    click.echo(f"{films}: {'no label' if label is None else f'label {label}'}")


async def label_films(settings: Settings, film_ids: Sequence[int], label: str | None) -> None:
    """Put films under an access label, which is created if need be, or (None) under no label.

    Hidden films stay hidden.

    Raises:
        DomainError(FIELD_INVALID): the label is not possible, for example `hidden`.
        DomainError(FILM_UNKNOWN): a film does not exist (`film_id`); nothing was changed.
    """
    from kinoteka.core.access.model import CONSOLE_ACTOR

    async with open_services(settings) as (services, unit):
        # First the label, because imports lock labels before films.
        if label is not None:
            await services.labels.add(CONSOLE_ACTOR, unit, label)
        for film_id in film_ids:
            try:
                await services.labels.set_label(CONSOLE_ACTOR, unit, film_id, label)
            except DomainError as error:
                if error.code is not Code.FILM_UNKNOWN:
                    raise
                raise DomainError(error.code, film_id=film_id) from None
