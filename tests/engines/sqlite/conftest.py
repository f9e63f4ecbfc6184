"""A database file for each test of SQLite's driver."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kinoteka.database.engines.sqlite.driver import SQLite


@pytest.fixture
async def database(tmp_path: Path, empty_database: Path) -> AsyncIterator[SQLite]:
    """An open database, migrated and empty."""
    path = tmp_path / "kinoteka.db"
    shutil.copy(empty_database, path)
    database = SQLite(path)
    yield database
    await database.close()
