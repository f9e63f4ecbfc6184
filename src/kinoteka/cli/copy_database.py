"""The command `kinoteka copy-database`."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kinoteka.cli.output import fail
from kinoteka.cli.progress import show_progress, status_of
from kinoteka.infrastructure import settings as config

if TYPE_CHECKING:
    from kinoteka.database.copy.interface import Source, Target
    from kinoteka.infrastructure.settings import Settings

EXAMPLES = """\b
kinoteka copy-database ./data postgresql://kinoteka@db.example/kinoteka
kinoteka copy-database postgresql://kinoteka@db.example/kinoteka ./data
"""


@click.command("copy-database", epilog=EXAMPLES)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def copy_database(source: str, target: str) -> None:
    """Copy a database from SQLite to PostgreSQL or from PostgreSQL to SQLite.

    One of FROM and TO is a data folder, the other an address postgresql://… FROM may also be the
    database file. A server may be running on FROM; what it stores during the copy is not copied.
    TO is migrated to the newest schema and must be empty. The copy is stored as a whole or not at
    all, after every table was compared. A second run checks whether both are still the same.
    """
    from kinoteka.database.copy import CopyFailed, copy
    from kinoteka.infrastructure.progress import Progress

    if _is_address(source) == _is_address(target):
        raise click.UsageError("FROM and TO are one data folder and one address postgresql://…")
    progress = Progress()
    try:
        with (
            show_progress(lambda: status_of(progress)),
            _open_source(source) as read,
            _open_target(target) as written,
        ):
            copied = copy(read, written, progress)
            progress.begin("storing", 0)
    except CopyFailed as error:
        fail(f"{error}; nothing was stored")
    except KeyboardInterrupt:
        fail("interrupted; nothing was stored", 130)
    for name, rows in copied.tables.items():
        click.echo(f"{name}: {rows:,} rows, the same")
    click.echo("copied" if copied.is_new else "nothing to do: both are the same already")


def _open_source(location: str) -> "AbstractContextManager[Source]":
    if _is_address(location):
        from kinoteka.database.engines.postgresql import copy as postgresql

        return postgresql.snapshot(_settings(location))
    from kinoteka.database.engines import DATABASE
    from kinoteka.database.engines.sqlite import copy as sqlite

    path = Path(location)
    return sqlite.snapshot(path / DATABASE if path.is_dir() else path)


def _open_target(location: str) -> "AbstractContextManager[Target]":
    from kinoteka.database.engines import database_path
    from kinoteka.database.migrations import migrate

    settings = _settings(location)
    if not settings.database_url and settings.data.is_file():
        raise click.UsageError("TO must be a data folder: the command creates the file in it.")
    migrate(settings)
    if settings.database_url:
        from kinoteka.database.engines.postgresql import copy as postgresql

        return postgresql.locked_target(settings)
    from kinoteka.database.engines.sqlite import copy as sqlite

    return sqlite.locked_target(database_path(settings))


def _settings(location: str) -> "Settings":
    """Return settings for this database; the environment's database settings do not count."""
    if _is_address(location):
        return config.load(database_url=location)
    return config.load(data=Path(location), database_url="")


def _is_address(location: str) -> bool:
    return location.startswith(("postgresql://", "postgres://"))
