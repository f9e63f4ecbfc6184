"""Which engine the settings choose, and where it keeps its data."""

from pathlib import Path

from kinoteka.config import Settings
from kinoteka.storage.database import Database

DATABASE = "kinoteka.db"


def database_path(settings: Settings) -> Path:
    """Where the embedded profile keeps its database."""
    return settings.data / DATABASE


async def open_database(settings: Settings) -> Database:
    """Open the database, which must be migrated.

    Raises:
        DomainError(BUSY): PostgreSQL is not there.
    """
    if settings.database_url:
        from kinoteka.storage.postgresql import PostgreSQL

        return await PostgreSQL.open(settings)
    from kinoteka.storage.sqlite import SQLite

    return SQLite(database_path(settings))
