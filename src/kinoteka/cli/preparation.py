"""Prepare an installation before a server or a command uses it.

Create or migrate the database, load the demo catalogue into a new one, and check files and keys.
"""

import gc
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from kinoteka.cli.output import fail
from kinoteka.core.accounts.common_passwords import common_passwords
from kinoteka.database import file_modes
from kinoteka.database.interface import Reader
from kinoteka.infrastructure.keys import KEY_FILES
from kinoteka.infrastructure.settings import Settings

DEMO = "demo"
"""The source of the demo catalogue's films."""
UNFILLED = ".unfilled"
"""The ending of a file beside a database that has yet to get the demo catalogue."""
WAIT_SECONDS = 30
"""How long to wait for another import to finish before the demo catalogue is loaded."""
RETRY_SECONDS = 0.2


def prepare(settings: Settings) -> None:
    """Create or migrate the database, and load the demo catalogue into a new one."""
    from kinoteka.database.engines import database_path
    from kinoteka.database.migrations import current, newest
    from kinoteka.database.search_rebuild import is_current

    common_passwords()  # fails on a damaged file before anything is created
    settings.data.mkdir(parents=True, exist_ok=True)  # for the keys
    _check_files(settings)
    present, unfilled = current(settings), database_path(settings).with_suffix(UNFILLED)
    if present is None and settings.demo:
        unfilled.touch()  # removed in the last step, so that an interrupted start is completed
    if present != newest() or unfilled.exists() or not is_current(settings):
        run_in_child(lambda: _migrate_and_fill(settings, unfilled))
    _compare_keys(settings)


def run_in_child(work: Callable[[], None]) -> None:
    """Do the work in a child process, which returns its memory to the system when it ends."""
    child = os.fork()
    if child == 0:
        gc.enable()  # unlike a start, the work may take long
        work()
        sys.exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(1)  # the child has reported the reason


def load_demo(settings: Settings) -> None:
    """Load the demo catalogue and its selections into a new database in one transaction.

    If several servers start with one database at the same time, each waits for the others and
    then finds the catalogue complete.

    Raises:
        ImportFailed: nothing could be stored, for example because the disk is full.
    """
    import msgspec

    from kinoteka.core.imports import demo
    from kinoteka.core.imports.formats import FORMATS
    from kinoteka.core.imports.person_names import store_person_names
    from kinoteka.core.imports.readers import Progress, ReadOptions
    from kinoteka.core.imports.selections import ImportedSelection, store_selections
    from kinoteka.core.imports.service import AnotherImportRuns, Import

    selections = msgspec.json.decode(
        demo.selections_path().read_bytes(), type=list[ImportedSelection]
    )
    names = msgspec.json.decode(demo.russian_names_path().read_bytes(), type=dict[str, str])

    def finish(reader: Reader) -> None:
        store_person_names(reader, "ru", names)
        store_selections(reader, DEMO, selections)

    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        parts = FORMATS["jsonl"].parts([demo.films_path()], ReadOptions(source=DEMO), Progress())
        try:
            Import(DEMO).run(settings, parts, finish)
        except AnotherImportRuns:
            if time.monotonic() > deadline:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return


def _check_files(settings: Settings) -> None:
    """Restrict the server's own files to its user, and check that the keys are usable."""
    from kinoteka.core.tokens.server_keys import check_keys

    repaired, left = file_modes.repair(file_modes.own_files(settings))
    for path in repaired:
        advice = "; replace the key if another user may have read it"
        click.echo(
            f"kinoteka: {path} was open to other users of this machine, and is no longer"
            + (advice if path.name in KEY_FILES else ""),
            err=True,
        )
    for path in left:
        click.echo(
            f"kinoteka: {path} is open to other users of this machine, and is not the server's to "
            "change. Allow only the server's user to read it (mode 0400)",
            err=True,
        )
    check_keys(settings)


def _migrate_and_fill(settings: Settings, unfilled: Path) -> None:
    from kinoteka.database.migrations import migrate

    migrate(settings)
    if unfilled.exists():
        from kinoteka.core.imports.service import ImportFailed

        try:
            load_demo(settings)
        except ImportFailed as error:
            fail(f"the demo catalogue could not be loaded: {error}")
        unfilled.unlink(missing_ok=True)


def _compare_keys(settings: Settings) -> None:
    """Warn about keys that differ from those that the database was first used with."""
    from kinoteka.core.tokens import server_keys
    from kinoteka.database.blocking import reading, writing

    with reading(settings) as reader:
        names = server_keys.differing_keys(settings, reader)
        are_stored = server_keys.are_fingerprints_stored(reader)
    if not are_stored:
        with writing(settings) as writer:
            server_keys.store_fingerprints(settings, writer)
    if names:
        warning = server_keys.KEYS_DIFFER.format(names=" and ".join(names))
        click.echo(f"kinoteka: {warning}", err=True)
