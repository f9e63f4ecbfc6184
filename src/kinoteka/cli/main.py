"""The command `kinoteka`: its subcommands, and the report of their errors.

Exit codes: 0 done, 1 not done (the reason is on standard error), 2 wrong options or arguments.
"""

import sqlite3
import sys

import click

from kinoteka.cli.accept_keys import accept_keys
from kinoteka.cli.backup import backup
from kinoteka.cli.copy_database import copy_database
from kinoteka.cli.doctor.command import doctor
from kinoteka.cli.export_openapi import export_openapi
from kinoteka.cli.import_films import import_films
from kinoteka.cli.label import label
from kinoteka.cli.migrate import migrate_database
from kinoteka.cli.output import explain, fail
from kinoteka.cli.prune_sessions import sessions
from kinoteka.cli.restore import restore
from kinoteka.cli.serve import serve
from kinoteka.cli.settings import show_settings
from kinoteka.cli.superuser import createsuperuser
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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kinoteka", prog_name="kinoteka")
def cli() -> None:
    """Kinoteka: a self-hosted server for a film community."""


for command in (
    accept_keys,
    backup,
    copy_database,
    createsuperuser,
    doctor,
    export_openapi,
    import_films,
    label,
    migrate_database,
    restore,
    serve,
    sessions,
    show_settings,
):
    cli.add_command(command)


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
