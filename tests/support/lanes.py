"""Lanes: markers of tests by what they need, which follow from folder, engine and fixtures.

`pytest -m "not postgresql"` runs what needs no PostgreSQL. pyproject.toml lists the markers.
"""

from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from tests.support.databases import ENGINES

TESTS = Path(__file__).parents[1]

# All other tests run on both. Where the code is not about SQL, one engine suffices:
# `tests/contracts/test_engine_parity.py` and `tests/engines/test_site_pages.py` compare both.
ENGINES_OF_FOLDERS = {
    "browser": ("sqlite",),
    "engines/postgresql": ("postgresql",),
    "engines/sqlite": ("sqlite",),
    "site": ("sqlite",),
    "unit/http": ("sqlite",),
    "unit/infrastructure": ("sqlite",),
}

MARKERS_OF_PATHS = {
    "browser": "browser",
    "contracts/clients": "programs",
    "contracts/test_schemathesis.py": "schemathesis",
    "engines/postgresql": "postgresql",
    "faults": "faults",
    "unit/database/migrations/test_killed_migrations.py": "faults",
}
MARKERS_OF_FIXTURES = {"chromium": "browser", "postgresql": "postgresql", "real_data": "samples"}
MARKERS_OF_HELPERS = {
    "tests.support.nginx": "programs",
    "tests.support.object_stores": "programs",
    "tests.support.pgbouncers": "programs",
    "tests.support.redis_servers": "programs",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests with the fixture `engine` on each engine, or on those that a marker names.

    `@pytest.mark.engines("sqlite")` is for code above the SQL, or of one engine.
    """
    if "engine" not in metafunc.fixturenames:
        return
    marker = metafunc.definition.get_closest_marker("engines")
    engines = marker.args if marker else _engines(metafunc.definition.path)
    marked = [pytest.param(each, marks=_marks(each)) for each in engines]
    metafunc.parametrize("engine", marked, indirect=True, scope="session")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test by its path, its fixtures and the helpers that its module imports."""
    fixtures = getattr(item, "fixturenames", ())
    needed = {name for fixture, name in MARKERS_OF_FIXTURES.items() if fixture in fixtures}
    module = getattr(item, "module", None)
    helpers = _markers_of_helpers(module) if isinstance(module, ModuleType) else frozenset()
    for name in needed | helpers | _markers_of_path(item.path):
        item.add_marker(name)


def _marks(engine: str) -> tuple[pytest.MarkDecorator, ...]:
    return (pytest.mark.postgresql,) if engine == "postgresql" else ()


@cache
def _engines(path: Path) -> tuple[str, ...]:
    named = (engines for each, engines in ENGINES_OF_FOLDERS.items() if _is_in(path, each))
    return next(named, ENGINES)


@cache
def _markers_of_path(path: Path) -> frozenset[str]:
    return frozenset(name for each, name in MARKERS_OF_PATHS.items() if _is_in(path, each))


@cache
def _markers_of_helpers(module: ModuleType) -> frozenset[str]:
    imported = {getattr(value, "__module__", None) for value in vars(module).values()}
    return frozenset(name for each, name in MARKERS_OF_HELPERS.items() if each in imported)


def _is_in(path: Path, part: str) -> bool:
    return path.is_relative_to(TESTS / part)
