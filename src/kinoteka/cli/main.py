"""The command `kinoteka`.

Exit codes: 0 done, 1 it could not be done (the reason on standard error), 2 called wrongly.
"""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click

from kinoteka.cli.backup import backup, copy_database, restore
from kinoteka.cli.import_films import import_films
from kinoteka.cli.output import SettingValue, WholeNumber, data_option, explain, fail
from kinoteka.core.accounts.common_passwords import CommonPasswordsDamaged, common_passwords
from kinoteka.database import file_modes as private
from kinoteka.database.migrations import DatabaseUnusable
from kinoteka.errors import DomainError
from kinoteka.http.policy.error_messages import COMMON, error_message
from kinoteka.infrastructure import settings as config
from kinoteka.infrastructure.disk import disk_failure
from kinoteka.infrastructure.keys import KEY_FILES, KeyUnusable
from kinoteka.infrastructure.server_addresses import without_passwords
from kinoteka.infrastructure.setting_values import plain
from kinoteka.infrastructure.settings import Settings, SettingsError
from kinoteka.server.listen_sockets import CannotListen

T = TypeVar("T")

RESERVED = {"field": "label", "reason": "reserved"}
UNFILLED = ".unfilled"
"""The ending of a file beside a database that has yet to get the demo catalogue."""
EXPECTED = (
    SettingsError,
    DatabaseUnusable,
    KeyUnusable,
    CommonPasswordsDamaged,
    CannotListen,
)
"""Errors whose message is for the operator: what happened, what it means, what to do."""
SUPERUSER_PASSWORD = "KINOTEKA_SUPERUSER_PASSWORD"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kinoteka", prog_name="kinoteka")
def cli() -> None:
    """Kinoteka: a self-hosted server for a film community."""


@cli.command()
@click.option("--host", help="Address to listen on (KINOTEKA_HOST; 127.0.0.1).")
@click.option("--port", type=SettingValue("port"), help="Port (KINOTEKA_PORT; 8000).")
@click.option("--unix-socket", help="Unix socket, instead of both (KINOTEKA_UNIX_SOCKET).")
@data_option
@click.option("--no-demo", is_flag=True, help="Start with an empty catalogue.")
@click.option("--workers", type=SettingValue("workers"), help="Processes (KINOTEKA_WORKERS; 1).")
def serve(
    host: str | None,
    port: str | None,
    unix_socket: str | None,
    data: Path | None,
    no_demo: bool,
    workers: str | None,
) -> None:
    """Serve every contract; creates the database at the first start."""

    def read() -> Settings:
        demo = False if no_demo else None
        return _settings(
            host=host,
            port=port,
            unix_socket=unix_socket,
            data=data,
            demo=demo,
            workers=workers,
        )

    settings = read()
    if settings.workers == 1:
        from kinoteka.server import process as serving

        _prepare(settings)
        sys.exit(serving.serve(settings))
    from kinoteka.server import workers as supervising

    _in_child(lambda: _prepare(settings))
    sys.exit(supervising.serve(settings, read))


cli.add_command(import_films)
cli.add_command(copy_database)
cli.add_command(backup)
cli.add_command(restore)


@cli.command()
@data_option
def migrate(data: Path | None) -> None:
    """Bring the database to the newest schema."""
    from kinoteka.database.migrations import migrate as bring_up_to_date
    from kinoteka.database.migrations import newest

    changed = bring_up_to_date(_settings(data=data))
    click.echo(f"{'migrated to' if changed else 'already at'} revision {newest()}")


@cli.command()
@data_option
@click.option("--login", required=True, help="The superuser's username or e-mail address.")
def createsuperuser(data: Path | None, login: str) -> None:
    """Make a superuser, to whom everything is permitted.

    Asks for the password twice without showing it; takes it from KINOTEKA_SUPERUSER_PASSWORD
    where that is set. An account of that name is made a superuser and given the password.
    """
    settings = _settings(data=data)
    password = os.environ.get(SUPERUSER_PASSWORD) or click.prompt(
        "Password", hide_input=True, confirmation_prompt=True
    )
    _prepare(settings)
    from kinoteka.cli.operations import make_superuser

    account_id, created = _run(make_superuser(settings, login, password))
    click.echo(f"{'made' if created else 'promoted'} superuser {login} (id {account_id})")


@cli.command()
@data_option
def settings(data: Path | None) -> None:
    """Show every setting: its value, where it is not the default, and what it is for."""
    present = _settings(data=data)
    for name, kind, default, text in config.rows():
        value = getattr(present, name.removeprefix(config.PREFIX).lower())
        shown = _shown(name, value)
        mark = "" if value == default else f"  (default: {plain(default)})"
        click.echo(f"{name} ({kind}) = {shown}{mark}\n    {text}")


@cli.command()
@data_option
def doctor(data: Path | None) -> None:
    """Tell what is wrong with the settings and with the place where the server runs.

    A line for each finding: error, warning or fine. Exit code 1 if there is an error. Run it as
    the user, and with the settings, that the server has.
    """
    from kinoteka.cli.doctor.examination import conclusion, examine
    from kinoteka.cli.doctor.findings import error
    from kinoteka.infrastructure.logging import configure_logging

    try:
        settings = _settings(data=data)
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


@cli.command("accept-keys")
@data_option
def accept_keys(data: Path | None) -> None:
    """Take this server's keys for those that the database is used with, after a change of keys.

    Sessions and tokens of the keys before stay rejected: everybody signs in again.
    """
    settings = _settings(data=data)
    _require_database(settings)
    from kinoteka.core.tokens import server_keys
    from kinoteka.database.blocking import writing

    with writing(settings) as writer:
        changed = server_keys.replace_fingerprints(settings, writer)
    click.echo(f"accepted: {', '.join(changed)}" if changed else "the keys are the same as before")


@cli.command("export-openapi")
@click.option("--contract", help="Only this contract's document; all of them together without.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
def export_openapi(contract: str | None, output: Path | None) -> None:
    """Write the OpenAPI document, to standard output unless told otherwise."""
    from kinoteka.cli.operations import contract_names, openapi_document

    try:
        text = openapi_document(contract)
    except KeyError:
        names = ", ".join(contract_names())
        raise click.BadParameter(
            f"{contract} is not a contract. The contracts are {names}.", param_hint="'--contract'"
        ) from None
    if output is None:
        click.echo(text)
    else:
        output.write_text(text + "\n", encoding="utf-8")


@cli.command()
@data_option
@click.argument("film_ids", metavar="FILM_ID...", nargs=-1, required=True, type=WholeNumber(1))
@click.option("--label", help="The access label, a new one or one that there is.")
@click.option("--none", "opens", is_flag=True, help="No label: the films are open to everybody.")
def label(data: Path | None, film_ids: tuple[int, ...], label: str | None, opens: bool) -> None:
    """Put films under an access label, or take it off.

    Such films exist only for holders of the permission films.view:LABEL.
    """
    if (label is None) != opens:
        raise click.UsageError("Give either --label NAME or --none.")
    settings = _settings(data=data)
    _require_database(settings)
    from kinoteka.cli.operations import label_films

    _run(label_films(settings, film_ids, label))
    films = "1 film" if len(film_ids) == 1 else f"{len(film_ids)} films"
    click.echo(f"{films}: {'no label' if label is None else f'label {label}'}")


@cli.group()
def sessions() -> None:
    """What to do with sessions."""


@sessions.command()
@data_option
def prune(data: Path | None) -> None:
    """Delete the sessions that have expired."""
    settings = _settings(data=data)
    _require_database(settings)
    from kinoteka.cli.operations import prune_sessions

    click.echo(f"deleted {_run(prune_sessions(settings))} expired sessions")


def main() -> None:
    """Run the command; what the operator can mend is told in one line."""
    private.make_private()
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        fail("cancelled; nothing was changed")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except EXPECTED as error:
        fail(str(error))
    except (OSError, sqlite3.Error) as error:
        if full := disk_failure(error):
            fail(full)
        if isinstance(error, sqlite3.Error):
            fail(f"the database cannot be used: {error}. 'kinoteka doctor' looks for the cause")
        fail(explain(error))


def _settings(**overrides: str | int | bool | Path | None) -> Settings:
    return config.load(**overrides)


def _database(settings: Settings) -> Path:
    from kinoteka.database.engines import database_path

    return database_path(settings)


def _require_database(settings: Settings) -> None:
    if not settings.database_url and not _database(settings).exists():
        fail(
            f"there is no database in {settings.data}. Name its folder with --data, or create one "
            "with 'kinoteka serve'"
        )


def _prepare(settings: Settings) -> None:
    """Create or migrate the database, and load the demo catalogue into a new one."""
    from kinoteka.database.migrations import current, newest

    common_passwords()  # fails on a damaged file before anything is created
    database = _database(settings)
    settings.data.mkdir(parents=True, exist_ok=True)  # for the keys
    _prepare_files(settings)
    present, unfilled = current(settings), database.with_suffix(UNFILLED)
    if present is None and settings.demo:
        unfilled.touch()  # goes with the last step, so that a start cut short is made good
    if present != newest() or unfilled.exists():
        _in_child(lambda: _migrate_and_fill(settings, unfilled))
    _compare_keys(settings)


def _compare_keys(settings: Settings) -> None:
    """Say which keys differ from those that the database was first used with."""
    from kinoteka.core.tokens import server_keys
    from kinoteka.database.blocking import reading, writing

    with reading(settings) as reader:
        names = server_keys.differing_keys(settings, reader)
        is_noted = server_keys.are_fingerprints_stored(reader)
    if not is_noted:
        with writing(settings) as writer:
            server_keys.store_fingerprints(settings, writer)
    if names:
        told = server_keys.KEYS_DIFFER.format(names=" and ".join(names))
        click.echo(f"kinoteka: {told}", err=True)


def _prepare_files(settings: Settings) -> None:
    """Close the server's own files to other users, and load the keys, which must be usable."""
    from kinoteka.core.tokens.server_keys import check_keys

    repaired, left = private.repair(private.own_files(settings))
    for path in repaired:
        click.echo(
            f"kinoteka: {path} was open to other users of this machine, and is no longer"
            + ("; replace the key if somebody may have read it" if path.name in KEY_FILES else ""),
            err=True,
        )
    for path in left:
        click.echo(
            f"kinoteka: {path} is open to other users of this machine, and is not the server's to "
            "change: whoever provides it should allow the server's user alone (mode 0400)",
            err=True,
        )
    check_keys(settings)


def _migrate_and_fill(settings: Settings, unfilled: Path) -> None:
    from kinoteka.database.migrations import migrate

    migrate(settings)
    if unfilled.exists():
        from kinoteka.cli.operations import load_demo
        from kinoteka.core.imports.service import ImportFailed

        try:
            load_demo(settings)
        except ImportFailed as error:
            fail(f"the demo catalogue could not be loaded: {error}")
        unfilled.unlink(missing_ok=True)


def _in_child(work: Callable[[], None]) -> None:
    """Do `work` in a process that ends with it, and what it has loaded into memory with that."""
    child = os.fork()
    if child == 0:
        work()
        sys.exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(1)  # the child has said why


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except DomainError as error:
        if error.parameters == RESERVED:
            fail(
                "'hidden' is not a label, so nothing has changed; to hide a film, open it on the"
                " site under /manage/films"
            )
        film = error.parameters.get("film_id")
        fail(error_message(COMMON[error.code], error) + (f": number {film}" if film else ""))


def _shown(name: str, value: object) -> str:
    if name.endswith(("_KEY", "_TOKEN")) and value:
        return "(set)"
    if name.endswith("_URL"):
        return without_passwords(str(value))
    return plain(value)
