"""Migrations: bring a database to the newest schema, once, whoever asks first.

The revisions in `versions/` are named NNNN_what.py and form one line, the same for both engines;
`online.py` has what they need in order not to lock a large table.
Alembic itself, slow to import, is only loaded when there is something to do.
"""

import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kinoteka.infrastructure.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERSIONS = Path(__file__).parent / "versions"


class Patience(NamedTuple):
    """How often a migration tries to get its locks, how long each time, and the pause between."""

    attempts: int
    lock_seconds: float
    pause_seconds: float


# While a migration waits for a lock, everybody who wants the table queues behind it: so not for
# long, but more than once.
PATIENCE = Patience(attempts=5, lock_seconds=3, pause_seconds=2)


class DatabaseUnusable(Exception):
    """There is no database where the settings say, or none of ours; the message says why."""


class Locked(Exception):
    """Others held what the migration needs for too long."""


class Place(Protocol):
    """Where a database is to be migrated."""

    def current(self) -> str | None:
        """The revision; None where there is no schema yet.

        Raises:
            DatabaseUnusable
        """

    def alone(self) -> AbstractContextManager[None]:
        """Be the only process that migrates; waits for another to finish."""

    def connection(self, lock_seconds: float) -> "AbstractContextManager[Connection]":
        """What Alembic works on.

        Raises:
            Locked: what is done within the block waited so long for a lock.
            DatabaseUnusable
        """


def newest(versions: Path = VERSIONS) -> str:
    """The newest revision that this code knows."""
    return max(known(versions))


def known(versions: Path = VERSIONS) -> list[str]:
    """Every revision that this code knows."""
    return [path.stem.partition("_")[0] for path in versions.glob("[0-9]*.py")]


def current(settings: Settings) -> str | None:
    """The revision of the database; None where there is none yet.

    Raises:
        DatabaseUnusable
    """
    return _place(settings).current()


def alone(settings: Settings) -> AbstractContextManager[None]:
    """Keep every other process from migrating; waits for one that does.

    Raises:
        DatabaseUnusable
    """
    return _place(settings).alone()


def migrate(
    settings: Settings, *, versions: Path = VERSIONS, patience: Patience = PATIENCE
) -> bool:
    """Bring the database to the newest revision; whether there was anything to do.

    Several processes may ask at once: one does it, and the others then find it done.

    Raises:
        DatabaseUnusable: or its tables were in use all the time. Each revision is then there
            whole or not at all. Also if a newer version of the code made the schema.
    """
    place, wanted = _place(settings), newest(versions)
    present = place.current()
    if present == wanted:
        return False
    if present is not None and present > wanted:
        raise DatabaseUnusable(
            f"a newer version of Kinoteka made this database: it is at revision {present}, and "
            f"this version knows {wanted}. Install that version or a newer one, or restore a "
            "backup of this version"
        )
    with place.alone():
        if place.current() == wanted:
            return False
        _try(place, versions, patience)
    return True


def _place(settings: Settings) -> Place:
    if settings.database_url:
        from kinoteka.database.engines.postgresql.migrations import PostgreSQLPlace

        return PostgreSQLPlace(settings)
    from kinoteka.database.engines.sqlite.migrations import SQLitePlace

    return SQLitePlace(settings)


def _try(place: Place, versions: Path, patience: Patience) -> None:
    for attempt in range(1, patience.attempts + 1):
        try:
            with place.connection(patience.lock_seconds) as connection:
                _upgrade(connection, versions)
        except Locked:
            if attempt == patience.attempts:
                raise DatabaseUnusable(
                    "the database could not be migrated: others held a table for too long, in "
                    f"{attempt} attempts; what was begun is undone, and 'kinoteka migrate' may "
                    "be run again"
                ) from None
            time.sleep(patience.pause_seconds)
        else:
            return


def _upgrade(connection: "Connection", versions: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("version_locations", str(versions))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
