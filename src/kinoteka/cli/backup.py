"""The command `kinoteka backup`."""

from importlib.metadata import version
from pathlib import Path

import click

from kinoteka.cli.options import WholeNumber, data_option
from kinoteka.cli.output import fail
from kinoteka.cli.progress import show_progress, status_of
from kinoteka.cli.restore import time_text
from kinoteka.infrastructure import settings as config


@click.command()
@click.argument("file")
@data_option
@click.option("--without-keys", is_flag=True, help="Leave secret.key and signing-key.pem out.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@click.option(
    "--keep",
    type=WholeNumber(1),
    metavar="N",
    help="FILE is a folder: add a backup named by the time, and keep only the newest N of them.",
)
@click.option("--verify", is_flag=True, help="Check that the backup FILE is complete.")
def backup(
    file: str, data: Path | None, without_keys: bool, force: bool, keep: int | None, verify: bool
) -> None:
    """Write a backup of everything into one file ("-": standard output). Servers may be running.

    It contains the database as it is at one moment, the pictures and the keys. Anybody who can
    read the file can take over the installation. Only its owner may read it; store it safely.
    """
    if verify:
        if keep is not None or force or without_keys:
            raise click.UsageError("--verify cannot be combined with other options.")
        _verify(Path(file))
        return
    if keep is None:
        _write(data, file, with_keys=not without_keys, overwrite=force)
        return
    if file == "-":
        raise click.UsageError("--keep needs a folder, not standard output")
    from kinoteka.database.backup.rotation import new_path, remove_old

    folder = Path(file)
    if folder.exists() and not folder.is_dir():
        raise click.UsageError(f"--keep needs a folder, and {folder} is a file")
    folder.mkdir(parents=True, exist_ok=True)
    path = new_path(folder)
    _write(data, str(path), with_keys=not without_keys, overwrite=force)
    click.echo(path)
    for removed in remove_old(folder, keep):
        click.echo(f"removed {removed}", err=True)


def _write(data: Path | None, file: str, *, with_keys: bool, overwrite: bool) -> None:
    from kinoteka.database.backup import BackupFailed
    from kinoteka.database.backup.write import write
    from kinoteka.infrastructure.progress import Progress

    settings, progress = config.load(data=data), Progress()
    try:
        with show_progress(lambda: status_of(progress)):
            written = write(
                settings,
                file,
                version("kinoteka"),
                progress,
                with_keys=with_keys,
                overwrite=overwrite,
            )
    except BackupFailed as error:
        fail(f"{error}; no backup was made")
    except KeyboardInterrupt:
        fail("interrupted; no backup was made", 130)
    click.echo(
        f"{written['accounts']:,} accounts, {written['films']:,} films, "
        f"{written['pictures']:,} pictures, {written['keys']} keys",
        err=True,
    )
    if written["gone"]:
        click.echo(f"{written['gone']:,} pictures do not exist any more", err=True)


def _verify(file: Path) -> None:
    from kinoteka.database.backup import BackupFailed
    from kinoteka.database.backup.verify import verify
    from kinoteka.infrastructure.progress import Progress

    progress = Progress()
    try:
        with show_progress(lambda: status_of(progress)):
            manifest = verify(file, progress)
    except BackupFailed as error:
        fail(f"{error}; do not rely on it")
    except KeyboardInterrupt:
        fail("interrupted", 130)
    click.echo(
        f"complete: {manifest.engine} at revision {manifest.revision}, made on "
        f"{time_text(manifest.made_at)} by Kinoteka {manifest.version}, "
        f"{manifest.counts.get('accounts', 0):,} accounts, "
        f"{manifest.counts.get('films', 0):,} films"
    )
