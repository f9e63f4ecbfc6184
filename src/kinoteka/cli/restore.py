"""The command `kinoteka restore`."""

import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import click

from kinoteka.cli.accept_keys import record_keys
from kinoteka.cli.options import data_option
from kinoteka.cli.output import fail
from kinoteka.cli.progress import show_progress, status_of
from kinoteka.infrastructure import settings as config


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@data_option
@click.option("--yes", is_flag=True, help="Replace existing data without asking.")
@click.option(
    "--with-sessions",
    is_flag=True,
    help="Also restore all sessions and keys of the backup, after a loss of the machine. "
    "Without it, sessions that were ended since the backup stay ended.",
)
def restore(file: Path, data: Path | None, yes: bool, with_sessions: bool) -> None:
    """Replace the installation's data with a backup. Servers may be running.

    The file is checked first. The database is replaced as a whole or not at all.
    """
    from kinoteka.database.backup import BackupFailed
    from kinoteka.database.backup.restore import restore_archive, unpack
    from kinoteka.infrastructure.progress import Progress

    settings, progress = config.load(data=data), Progress()
    try:
        with ExitStack() as stack:
            showing = stack.enter_context(ExitStack())
            showing.enter_context(show_progress(lambda: status_of(progress)))
            archive = stack.enter_context(unpack(settings, file, progress))
            showing.close()  # before the question
            if archive.replaces and not yes:
                _confirm(archive.manifest.made_at)
            with show_progress(lambda: status_of(progress)):
                left = restore_archive(settings, archive, progress, with_sessions=with_sessions)
                if not with_sessions:
                    record_keys(settings)  # the keys that were here before stay in use
    except BackupFailed as error:
        fail(f"{error}; the database is as it was")
    except KeyboardInterrupt:
        fail("interrupted; the database is as it was", 130)
    click.echo(f"restored, as it was on {time_text(archive.manifest.made_at)}")
    for name in left:
        click.echo(f"{name}: the existing file differs and was left (--with-sessions replaces it)")


def time_text(milliseconds: int) -> str:
    """Return a time in UTC, to the minute."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _confirm(made_at: int) -> None:
    if not sys.stdin.isatty():
        fail("this would replace the existing database; --yes does it without asking")
    click.confirm(
        f"Replace the database with the backup of {time_text(made_at)}?", abort=True, err=True
    )
