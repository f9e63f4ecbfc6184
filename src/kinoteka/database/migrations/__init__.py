"""Migrations: upgrade a database to the newest schema, in one process at a time.

The files in `versions/` are named NNNN_what.py. They form one sequence for both engines.
`online.py` helps them to avoid long locks on large tables. Alembic is slow to import, so it is
loaded only when there is something to migrate.
"""

import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from kinoteka.infrastructure.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERSIONS = Path(__file__).parent / "versions"


class LockRetries(NamedTuple):
    """How often and how long a migration waits for its locks, with pauses between."""

    attempts: int
    lock_seconds: float
    pause_seconds: float


# While a migration waits for a lock, all other users of the table queue behind it. So it waits
# briefly, but several times.
LOCK_RETRIES = LockRetries(attempts=5, lock_seconds=3, pause_seconds=2)


class DatabaseUnusable(Exception):
    """The database is missing or not usable; the message says why."""


class LockTimeout(Exception):
    """Other connections held a lock for too long."""


class MigrationTarget(Protocol):
    """A database that can be migrated."""

    def current(self) -> str | None:
        """Return the revision, or None without a schema.

        Raises:
            DatabaseUnusable
        """

    def exclusive(self) -> AbstractContextManager[None]:
        """Wait until no other process migrates, and exclude others."""

    def connection(self, lock_seconds: float) -> "AbstractContextManager[Connection]":
        """What Alembic works on.

        Raises:
            Locked: what is done within the block waited so long for a lock.
            DatabaseUnusable
        """


def newest(versions: Path = VERSIONS) -> str:
    """Return the newest revision that this code knows."""
    return max(known(versions))


def known(versions: Path = VERSIONS) -> list[str]:
    """Return all revisions that this code knows."""
    return [path.stem.partition("_")[0] for path in versions.glob("[0-9]*.py")]


def current(settings: Settings) -> str | None:
    """Return the revision of the database, or None without a schema.

    Raises:
        DatabaseUnusable
    """
    return _migration_target(settings).current()


def exclusive(settings: Settings) -> AbstractContextManager[None]:
    """Exclude migrations by other processes; wait for a running one.

    Raises:
        DatabaseUnusable
    """
    return _migration_target(settings).exclusive()


def migrate(
    settings: Settings, *, versions: Path = VERSIONS, retries: LockRetries = LOCK_RETRIES
) -> bool:
    """Upgrade the database and its search index; return whether anything changed.

    If several processes call this, one migrates and the others wait for it.

    Raises:
        DatabaseUnusable: the database is unavailable, its tables stayed locked, or a newer version
            created its schema. Each revision is applied completely or not at all.
    """
    target, wanted = _migration_target(settings), newest(versions)
    present = target.current()
    if present == wanted:
        return _rebuild_index(settings, target)
    if present is not None and present > wanted:
        raise DatabaseUnusable(
            f"a newer version of Kinoteka made this database: it is at revision {present}, and "
            f"this version knows {wanted}. Install that version or a newer one, or restore a "
            "backup of this version"
        )
    with target.exclusive():
        if target.current() == wanted:
            return False
        _upgrade_with_retries(target, versions, retries)
    _rebuild_index(settings, target)
    return True


def _rebuild_index(settings: Settings, target: MigrationTarget) -> bool:
    # Imported here, because it imports this module.
    from kinoteka.database import search_rebuild

    if search_rebuild.is_current(settings):
        return False
    with target.exclusive():
        return search_rebuild.rebuild(settings)


def _migration_target(settings: Settings) -> MigrationTarget:
    if settings.database_url:
        from kinoteka.database.engines.postgresql.migrations import PostgreSQLMigrationTarget

        return PostgreSQLMigrationTarget(settings)
    from kinoteka.database.engines.sqlite.migrations import SQLiteMigrationTarget

    return SQLiteMigrationTarget(settings)


def _upgrade_with_retries(target: MigrationTarget, versions: Path, retries: LockRetries) -> None:
    for attempt in range(1, retries.attempts + 1):
        try:
            with target.connection(retries.lock_seconds) as connection:
                _upgrade(connection, versions)
        except LockTimeout:
            if attempt == retries.attempts:
                raise DatabaseUnusable(
                    "the database could not be migrated: a table stayed locked in "
                    f"{attempt} attempts. "
                    "Nothing of the failed step was stored. Run 'kinoteka migrate' again when "
                    "there is less traffic"
                ) from None
            time.sleep(retries.pause_seconds)
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
