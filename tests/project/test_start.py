"""What a server imports at its start, which decides how long that takes."""

import subprocess
import sys
from pathlib import Path

import pytest

UNUSED = (
    "PIL.ImageFont",
    "alembic",
    "argon2",
    "asyncpg",
    "kinoteka.cli.doctor",
    "kinoteka.cli.import_films",
    "kinoteka.cli.progress",
    "kinoteka.core.imports.service",
    "kinoteka.database.engines.postgresql",
    "kinoteka.database.inspection",
    "mako",
    "obstore",
    "psycopg",
    "pygments",
    "redis",
    "rich",
    "zxcvbn",
)
"""Slow modules that only commands, PostgreSQL, Redis, an object store or rare requests need."""
START = """
import asyncio, sys
from pathlib import Path
from kinoteka.cli.main import load_command
load_command("serve")
from kinoteka.cli.preparation import prepare
from kinoteka.infrastructure.settings import Settings
settings = Settings(data=Path(sys.argv[1]), demo=False)
prepare(settings)
from kinoteka.server import process
from kinoteka.server.app import compose, running_services
async def start():
    async with running_services(settings):
        compose()
asyncio.run(start())
print(*sys.modules)
"""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the modules that a server on SQLite has imported when it is ready."""
    command = [sys.executable, "-c", START, str(tmp_path_factory.mktemp("data"))]
    started = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(started.stdout.split())


def test_start_imports_no_module_that_it_does_not_use(imported: set[str]) -> None:
    assert imported.isdisjoint(UNUSED)


def test_start_imports_what_it_uses(imported: set[str]) -> None:
    assert {"kinoteka.database.engines.sqlite.driver", "structlog", "nacl"} <= imported


@pytest.mark.parametrize("name", UNUSED)
def test_unused_module_exists(name: str) -> None:
    path = Path(*name.split("."))
    assert any(
        (Path(folder) / path).is_dir() or (Path(folder) / path).with_suffix(".py").is_file()
        for folder in sys.path
    )
