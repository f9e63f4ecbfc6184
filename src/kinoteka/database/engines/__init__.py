"""Open the database engine that the settings choose."""

from pathlib import Path
from typing import TYPE_CHECKING

from kinoteka.infrastructure.settings import Settings

if TYPE_CHECKING:
    from kinoteka.database.interface import Database

DATABASE = "kinoteka.db"


def database_path(settings: Settings) -> Path:
    """Return the path of the SQLite database."""
    return settings.data / DATABASE


async def open_database(settings: Settings) -> "Database":
    """Open the database, which must be migrated.

    Raises:
        DomainError(BUSY): PostgreSQL is unavailable.
    """
    if settings.database_url:
        from kinoteka.database.engines.postgresql.driver import PostgreSQL

        return await PostgreSQL.open(settings)
    from kinoteka.database.engines.sqlite.driver import SQLite

    return SQLite(database_path(settings), settings.database_durability)
