"""The commands that move and keep an installation's data.

`kinoteka copy-database`, `kinoteka backup` and `kinoteka restore`.
"""

import sys
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kinoteka.cli.backup_progress import shown
from kinoteka.cli.output import WholeNumber, data_option, fail

if TYPE_CHECKING:
    from kinoteka.database.copy.sides import Source, Target
    from kinoteka.infrastructure.settings import Settings

EXAMPLES = """\b
kinoteka copy-database ./data postgresql://kinoteka@db.example/kinoteka
kinoteka copy-database postgresql://kinoteka@db.example/kinoteka ./data
"""


@click.command("copy-database", epilog=EXAMPLES)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def copy_database(source: str, target: str) -> None:
    """Copy a database of one engine into one of the other: SQLite and PostgreSQL.

    FROM and TO are a data folder (FROM also its file) and an address postgresql://…, either way
    round. A server may be running on FROM; what it stores meanwhile is not copied. TO gets
    the newest schema and must hold nothing else. All is stored or nothing, and every table is
    compared before that; run again, it tells whether both are still the same.
    """
    from kinoteka.database.copy import CopyFailed, copy
    from kinoteka.infrastructure.progress import Progress

    if _is_address(source) == _is_address(target):
        raise click.UsageError("FROM and TO are one data folder and one address postgresql://…")
    progress = Progress()
    try:
        with shown(progress), _snapshot(source) as read, _filling(target) as written:
            copied = copy(read, written, progress)
            progress.begin("storing", 0)
    except CopyFailed as error:
        fail(f"{error}; nothing was stored")
    except KeyboardInterrupt:
        fail("interrupted; nothing was stored", 130)
    for name, rows in copied.tables.items():
        click.echo(f"{name}: {rows:,} rows, the same")
    click.echo("copied" if copied.anew else "nothing to do: both are the same already")


@click.command()
@click.argument("file")
@data_option
@click.option("--without-keys", is_flag=True, help="Leave secret.key and signing-key.pem out.")
@click.option("--force", is_flag=True, help="Overwrite a file that is there.")
@click.option(
    "--keep",
    type=WholeNumber(1),
    metavar="N",
    help="FILE is a folder: add a backup named by the time, and keep the newest N of these.",
)
@click.option("--verify", is_flag=True, help="Make none: check that the backup FILE is whole.")
def backup(
    file: str, data: Path | None, without_keys: bool, force: bool, keep: int | None, verify: bool
) -> None:
    """Write everything into one file, while servers go on; "-" is standard output.

    The database as it is at one moment, the pictures, and the keys. Whoever has the file has the
    installation: it is readable by its owner alone, and belongs into a safe place.
    """
    if verify:
        if keep is not None or force or without_keys:
            raise click.UsageError("--verify goes with no other option")
        _verify(Path(file))
        return
    if keep is None:
        _back_up(data, file, with_keys=not without_keys, overwrite=force)
        return
    if file == "-":
        raise click.UsageError("--keep needs a folder, not standard output")
    from kinoteka.database.backup.rotation import new_path, remove_old

    folder = Path(file)
    if folder.exists() and not folder.is_dir():
        raise click.UsageError(f"--keep needs a folder, and {folder} is a file")
    folder.mkdir(parents=True, exist_ok=True)
    made = new_path(folder)
    _back_up(data, str(made), with_keys=not without_keys, overwrite=force)
    click.echo(made)
    for path in remove_old(folder, keep):
        click.echo(f"removed {path}", err=True)


def _back_up(data: Path | None, file: str, *, with_keys: bool, overwrite: bool) -> None:
    from kinoteka.database.backup import BackupFailed
    from kinoteka.database.backup.write import write
    from kinoteka.infrastructure import settings as config
    from kinoteka.infrastructure.progress import Progress

    settings, progress = config.load(data=data), Progress()
    try:
        with shown(progress):
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
        click.echo(f"{written['gone']:,} pictures are not there any more", err=True)


def _verify(file: Path) -> None:
    from kinoteka.database.backup import BackupFailed
    from kinoteka.database.backup.verify import verify
    from kinoteka.infrastructure.progress import Progress

    progress = Progress()
    try:
        with shown(progress):
            manifest = verify(file, progress)
    except BackupFailed as error:
        fail(f"{error}; do not rely on it")
    except KeyboardInterrupt:
        fail("interrupted", 130)
    click.echo(
        f"whole: {manifest.engine} at revision {manifest.revision}, made on "
        f"{_written(manifest.made_at)} by Kinoteka {manifest.version}, "
        f"{manifest.counts.get('accounts', 0):,} accounts, "
        f"{manifest.counts.get('films', 0):,} films"
    )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@data_option
@click.option("--yes", is_flag=True, help="Replace what there is without asking.")
@click.option(
    "--with-sessions",
    is_flag=True,
    help="All of the backup's sessions and keys, after a loss; otherwise nobody is signed in "
    "again who has signed out since.",
)
def restore(file: Path, data: Path | None, yes: bool, with_sessions: bool) -> None:
    """Put a backup back, in place of what there is, while servers go on.

    The file is checked first, and the database replaced as a whole or not at all.
    """
    from kinoteka.database.backup import BackupFailed
    from kinoteka.database.backup.restore import put_back, unpacked
    from kinoteka.infrastructure import settings as config
    from kinoteka.infrastructure.progress import Progress

    settings, progress = config.load(data=data), Progress()
    try:
        with ExitStack() as stack:
            showing = stack.enter_context(ExitStack())
            showing.enter_context(shown(progress))
            archive = stack.enter_context(unpacked(settings, file, progress))
            showing.close()
            if archive.replaces and not yes:
                _ask(archive.manifest.made_at)
            with shown(progress):
                left = put_back(settings, archive, progress, with_sessions=with_sessions)
                if not with_sessions:
                    _accept_keys(settings)
    except BackupFailed as error:
        fail(f"{error}; the database is as it was")
    except KeyboardInterrupt:
        fail("interrupted; the database is as it was", 130)
    click.echo(f"restored, as it was on {_written(archive.manifest.made_at)}")
    for name in left:
        click.echo(f"{name}: another one is there, and stays (--with-sessions replaces it)")


def _accept_keys(settings: "Settings") -> None:
    """Have the database know the keys that were here before, which stay in use."""
    from kinoteka.core.tokens import server_keys
    from kinoteka.database.blocking import writing

    with writing(settings) as writer:
        server_keys.replace_fingerprints(settings, writer)


def _ask(made_at: int) -> None:
    if not sys.stdin.isatty():
        fail("this would replace the database; --yes does it")
    click.confirm(
        f"Replace the database by what it was on {_written(made_at)}?", abort=True, err=True
    )


def _written(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _snapshot(place: str) -> "AbstractContextManager[Source]":
    if _is_address(place):
        from kinoteka.database.engines.postgresql import copy as postgresql

        return postgresql.snapshot(_settings(place))
    from kinoteka.database.engines import DATABASE
    from kinoteka.database.engines.sqlite import copy as sqlite

    path = Path(place)
    return sqlite.snapshot(path / DATABASE if path.is_dir() else path)


def _filling(place: str) -> "AbstractContextManager[Target]":
    from kinoteka.database.engines import database_path
    from kinoteka.database.migrations import migrate

    settings = _settings(place)
    if not settings.database_url and settings.data.is_file():
        raise click.UsageError("TO is a data folder, which gets a file of its own")
    migrate(settings)
    if settings.database_url:
        from kinoteka.database.engines.postgresql import copy as postgresql

        return postgresql.filling(settings)
    from kinoteka.database.engines.sqlite import copy as sqlite

    return sqlite.filling(database_path(settings))


def _settings(place: str) -> "Settings":
    """The settings that name this place, and nothing else of the environment's."""
    from kinoteka.infrastructure import settings as config

    if _is_address(place):
        return config.load(database_url=place)
    return config.load(data=Path(place), database_url="")


def _is_address(place: str) -> bool:
    return place.startswith(("postgresql://", "postgres://"))
