"""Which engine the settings choose, and where it keeps its data."""

from pathlib import Path

from kinoteka.database.interface import Database
from kinoteka.infrastructure.settings import Settings

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
        from kinoteka.database.engines.postgresql.driver import PostgreSQL

        return await PostgreSQL.open(settings)
    from kinoteka.database.engines.sqlite.driver import SQLite

    return SQLite(database_path(settings))
