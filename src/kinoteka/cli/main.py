"""The command `kinoteka`: its subcommands, and the report of their errors.

Exit codes: 0 done, 1 not done (the reason is on standard error), 2 wrong options or arguments.
"""

import gc
import sqlite3
import sys
from importlib import import_module

import click

from kinoteka.cli.output import explain, fail
from kinoteka.core.accounts.common_passwords import CommonPasswordsDamaged
from kinoteka.database import file_modes
from kinoteka.database.migrations import DatabaseUnusable
from kinoteka.infrastructure.disk import disk_failure
from kinoteka.infrastructure.keys import KeyUnusable
from kinoteka.infrastructure.settings import SettingsError
from kinoteka.server.listen_sockets import CannotListen

EXPECTED = (
    SettingsError,
    DatabaseUnusable,
    KeyUnusable,
    CommonPasswordsDamaged,
    CannotListen,
)
"""Errors whose message is for the operator: what happened, what it means, what to do."""


COMMANDS = {
    "accept-keys": "accept_keys:accept_keys",
    "backup": "backup:backup",
    "copy-database": "copy_database:copy_database",
    "createsuperuser": "superuser:createsuperuser",
    "doctor": "doctor.command:doctor",
    "export-openapi": "export_openapi:export_openapi",
    "import": "import_films:import_films",
    "jobs": "jobs:jobs",
    "label": "label:label",
    "migrate": "migrate:migrate_database",
    "restore": "restore:restore",
    "serve": "serve:serve",
    "sessions": "prune_sessions:sessions",
    "settings": "settings:show_settings",
}
"""The module of each command and its name there."""


class Commands(click.Group):
    """Loads the module of a command when it is used, so that a server starts without the others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, or None if there is none with this name."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        return load_command(cmd_name)


def load_command(name: str) -> click.Command:
    """Import the module of a command and return the command."""
    module, _, attribute = COMMANDS[name].partition(":")
    gc.disable()  # imports leave few reference cycles; looking for them takes a fifth of the time
    try:
        command: click.Command = getattr(import_module(f"kinoteka.cli.{module}"), attribute)
    finally:
        gc.enable()
    return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kinoteka", prog_name="kinoteka")
def cli() -> None:
    """Kinoteka: a self-hosted server for a film community."""


def main() -> None:
    """Run the command. Report an error that the operator can correct in one line."""
    file_modes.make_private()
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        fail("cancelled; nothing was changed")
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except EXPECTED as error:
        fail(str(error))
    except (OSError, sqlite3.Error) as error:
        if full := disk_failure(error):
            fail(full)
        if isinstance(error, sqlite3.Error):
            fail(f"the database cannot be used: {error}. 'kinoteka doctor' looks for the cause")
        fail(explain(error))
