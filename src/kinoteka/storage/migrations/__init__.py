"""Migrations: bring a database to the newest schema, once, whoever asks first.

The revisions in `versions/` are named NNNN_what.py and form one line, the same for both engines.
Alembic itself, slow to import, is only loaded when there is something to do.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kinoteka.config import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERSIONS = Path(__file__).parent / "versions"


class DatabaseUnusable(Exception):
    """There is no database where the settings say, or none of ours; the message says why."""


class Place(Protocol):
    """Where a database is to be migrated."""

    def current(self) -> str | None:
        """The revision; None where there is no schema yet.

        Raises:
            DatabaseUnusable
        """

    def alone(self) -> AbstractContextManager[None]:
        """Be the only process that migrates; waits for another to finish."""

    def connection(self) -> "AbstractContextManager[Connection]":
        """What Alembic works on."""


def newest() -> str:
    """The newest revision that this code knows."""
    return max(path.stem for path in VERSIONS.glob("[0-9]*.py")).partition("_")[0]


def current(settings: Settings) -> str | None:
    """The revision of the database; None where there is none yet.

    Raises:
        DatabaseUnusable
    """
    return _place(settings).current()


def migrate(settings: Settings) -> bool:
    """Bring the database to the newest revision; whether there was anything to do.

    Several processes may ask at once: one does it, and the others then find it done.

    Raises:
        DatabaseUnusable
    """
    place = _place(settings)
    if place.current() == newest():
        return False
    with place.alone():
        if place.current() == newest():
            return False
        with place.connection() as connection:
            _upgrade(connection)
    return True


def _place(settings: Settings) -> Place:
    if settings.database_url:
        from kinoteka.storage.migrations.postgresql import PostgreSQLPlace

        return PostgreSQLPlace(settings)
    from kinoteka.storage.migrations.sqlite import SQLitePlace

    return SQLitePlace(settings)


def _upgrade(connection: "Connection") -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
