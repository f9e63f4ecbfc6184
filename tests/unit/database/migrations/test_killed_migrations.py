"""A migration whose process is killed continues in the next one, and loses no row."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kinoteka.database.migrations import current, known, migrate, newest
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import database_environment, rows
from tests.support.forked_commands import ForkedCommand
from tests.support.polling import TIMEOUT
from tests.support.previous_versions import SCHEMA_REVISION, create_previous_database
from tests.support.servers import clean_environment

# Kills its process before a statement of the migrations (counted from 1, across all steps), before
# the first one after so many steps, or at the beginning of a function that rebuilds the index.
SCRIPT = """
import os, signal, sys
from sqlalchemy import Engine, event
from kinoteka.database.migrations import migrate
from kinoteka.infrastructure import settings as config

kind, _, place = POINT.partition(" ")
statements = steps = 0

def die():
    os.kill(os.getpid(), signal.SIGKILL)

@event.listens_for(Engine, "before_cursor_execute")
def before(_connection, _cursor, statement, *_):
    global statements, steps
    statements += 1
    if (kind == "statement" and statements == int(place)) or (
        kind == "step" and steps == int(place)
    ):
        die()
    steps += statement.startswith("UPDATE alembic_version")

def profile(frame, what, _):
    code = frame.f_code
    if what == "call" and code.co_name == place and code.co_filename.endswith("film_search.py"):
        die()

if kind == "function":
    sys.setprofile(profile)
migrate(config.load())
"""

Tables = dict[str, list[str]]

_TABLES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    " AND name NOT LIKE 'search_titles%'",  # an index, whose layout depends on the transactions
    "postgresql": "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
}


@pytest.fixture(name="previous")
def _previous(new_settings: Settings, tmp_path: Path) -> Settings:
    """Return the settings of a database of version 0.2.0 with an outdated search index."""
    create_previous_database(new_settings, _new_folder(tmp_path / "killed"))
    return new_settings


@pytest.fixture(name="expected")
def _expected(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Tables]:
    """Return all rows of the same database after a migration without interruption."""
    server = request.getfixturevalue("postgresql") if engine == "postgresql" else None
    url = server.new_database() if server else ""
    reference = Settings(data=tmp_path / "reference", database_url=url)
    create_previous_database(reference, _new_folder(tmp_path / "whole"))
    migrate(reference)
    yield _all_rows(reference, engine)
    if server:
        server.drop_database(url)


def test_migration_that_is_killed_within_steps_stores_the_same_rows(
    previous: Settings, expected: Tables, engine: str
) -> None:
    statement = 9
    while _migrate_until(previous, f"statement {statement}"):
        statement += statement // 2
    assert statement > 90
    assert _all_rows(previous, engine) == expected


def test_migration_that_is_killed_after_some_steps_stores_the_same_rows(
    previous: Settings, expected: Tables, engine: str
) -> None:
    """A process finishes twice as many steps as the one before. SQLite stores all or none."""
    steps = [each for each in sorted(known()) if each >= SCHEMA_REVISION]
    finished, reached = 1, 0
    while _migrate_until(previous, f"step {finished}"):
        reached += finished if engine == "postgresql" else 0
        assert current(previous) == steps[reached]
        finished *= 2
    assert finished > 8
    assert _all_rows(previous, engine) == expected


@pytest.mark.parametrize("function", ["index", "optimize"])
def test_migration_that_is_killed_while_it_rebuilds_the_index_stores_the_same_rows(
    previous: Settings, expected: Tables, engine: str, function: str
) -> None:
    assert _migrate_until(previous, f"function {function}") == -signal.SIGKILL
    assert current(previous) == newest()
    assert _migrate_until(previous, "no") == 0
    assert _all_rows(previous, engine) == expected


def _migrate_until(settings: Settings, point: str) -> int:
    """Migrate in a process that kills itself at this point. Return its exit code."""
    environment = {"KINOTEKA_DATA": str(settings.data), **database_environment(settings)}
    script = f"POINT = {point!r}\n{SCRIPT}"
    process = ForkedCommand((), clean_environment(environment), script=script)
    with process.stdout:
        code = process.wait(TIMEOUT)
    assert code in (0, -signal.SIGKILL)
    return code


def _all_rows(settings: Settings, engine: str) -> Tables:
    tables = rows(settings, _TABLES[engine])
    return {name: sorted(map(repr, rows(settings, f"SELECT * FROM {name}"))) for name in tables}


def _new_folder(folder: Path) -> Path:
    folder.mkdir()
    return folder
