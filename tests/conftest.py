"""Real parts for every test: databases in temporary folders, servers on free ports."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from films import fill
from kinoteka.app import close, wire
from kinoteka.config import Settings
from kinoteka.core.services import Services
from kinoteka.storage.migrations import migrate
from kinoteka.storage.sqlite import DATABASE, database_path
from kinoteka.storage.unit import Unit, unit_of_work
from running import RunningServer, close_clients, run_server

# Limits that tests of other things do not run into.
GENEROUS = {
    "sign_in_limit": "10000 per minute",
    "sign_up_limit": "10000 per minute",
    "upload_limit": "10000 per minute",
    "search_limit": "10000 per minute",
    "message_limit": "10000 per minute",
}


@pytest.fixture(autouse=True)
def _clients_are_closed() -> Iterator[None]:
    yield
    close_clients()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without content, to be copied."""
    path = tmp_path_factory.mktemp("empty") / DATABASE
    migrate(path)
    return path


@pytest.fixture
def settings(tmp_path: Path, empty_database: Path) -> Settings:
    """Settings over a new, empty database of this test's own."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(empty_database, folder / DATABASE)
    return Settings(data=folder, demo=False, **GENEROUS)


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[Services]:
    """All services over a new, empty database."""
    wired = wire(settings)
    yield wired
    close(wired)


@pytest.fixture
async def unit(services: Services) -> AsyncIterator[Unit]:
    """A unit of work, committed when the test ends."""
    async with unit_of_work(services.database) as unit:
        yield unit


@pytest.fixture
def films(services: Services) -> dict[str, int]:
    """The ids of the films of `films.CATALOGUE` by title."""
    ids = fill(database_path(services.settings))
    services.revisions.look()
    return ids


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """One server with an empty catalogue for all tests that leave others' things alone."""
    environment = {f"KINOTEKA_{name.upper()}": value for name, value in GENEROUS.items()}
    with run_server(tmp_path_factory.mktemp("server"), environment) as running:
        yield running


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., RunningServer]]:
    """Start servers of this test's own: `start_server(sign_in_limit="3 per minute")`."""
    from contextlib import ExitStack

    with ExitStack() as stack:

        def start(**settings: str) -> RunningServer:
            chosen = GENEROUS | settings
            environment = {f"KINOTEKA_{name.upper()}": value for name, value in chosen.items()}
            return stack.enter_context(run_server(tmp_path / "server", environment))

        yield start
