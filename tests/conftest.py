"""Real parts for every test: databases in temporary folders, servers on free ports."""

import shutil
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from kinoteka.core.services import Services
from kinoteka.database.engines import DATABASE, database_path
from kinoteka.database.migrations import migrate
from kinoteka.database.unit import Unit, unit_of_work
from kinoteka.infrastructure.settings import Settings
from kinoteka.server.app import close, wire
from tests.support.databases import (
    EMPTY,
    FAST,
    PostgreSQLServer,
    create_empty_template,
    postgresql_server,
)
from tests.support.films import fill_catalogue
from tests.support.lanes import pytest_generate_tests, pytest_itemcollected  # noqa: F401 (hooks)
from tests.support.quick_hashes import quick_hashes
from tests.support.servers import RunningServer, close_clients, run_server
from tests.support.skip_report import pytest_terminal_summary  # noqa: F401 (pytest finds it here)

# Limits so high that only tests of rate limits reach them.
GENEROUS = {
    "sign_in_limit": "10000 per minute",
    "unknown_device_limit": "10000 per minute",
    "known_device_limit": "10000 per minute",
    "sign_in_address_limit": "10000 per minute",
    "sign_up_limit": "10000 per minute",
    "upload_limit": "10000 per minute",
    "search_limit": "10000 per minute",
    "message_limit": "10000 per minute",
    "export_limit": "10000 per minute",
    "password_hint_limit": "10000 per minute",
}


# A shell may start background jobs with SIGINT ignored, and some tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _close_all_clients() -> Iterator[None]:
    yield
    close_clients()


@pytest.fixture(scope="session")
def engine(request: pytest.FixtureRequest) -> str:
    """The database engine (see `tests/support/lanes.py`)."""
    return str(request.param)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a migrated, empty SQLite database that tests copy."""
    settings = Settings(data=tmp_path_factory.mktemp("empty"))
    migrate(settings)
    return database_path(settings)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQLServer]:
    """A PostgreSQL server for all tests, with a migrated database that tests copy."""
    with postgresql_server(*FAST) as server:
        create_empty_template(server)
        yield server


@pytest.fixture(scope="session")
def film_database(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> tuple[Path, dict[str, int]]:
    """The path of an SQLite database with the films of `films.CATALOGUE`, and their ids."""
    path = tmp_path_factory.mktemp("films") / DATABASE
    shutil.copy(empty_database, path)
    return path, fill_catalogue(Settings(data=path.parent))


@pytest.fixture(scope="session")
def film_template(postgresql: PostgreSQLServer) -> tuple[str, dict[str, int]]:
    """The name of a PostgreSQL database with the films of `films.CATALOGUE`, and their ids."""
    url = postgresql.new_database(EMPTY)
    return url.rpartition("/")[2], fill_catalogue(Settings(database_url=url))


@pytest.fixture
def settings(tmp_path: Path, engine: str, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings with a new database for this test only. It is empty unless the test has `films`."""
    folder = tmp_path / "data"
    folder.mkdir()
    has_films = "films" in request.fixturenames
    if engine == "sqlite":
        path = request.getfixturevalue("empty_database")
        if has_films:
            path, _ = request.getfixturevalue("film_database")
        shutil.copy(path, folder / DATABASE)
        yield replace(Settings(data=folder, demo=False), **GENEROUS)
        return
    server = request.getfixturevalue("postgresql")
    url = server.new_database(request.getfixturevalue("film_template")[0] if has_films else EMPTY)
    yield replace(Settings(data=folder, database_url=url, demo=False), **GENEROUS)
    server.drop_database(url)


@pytest.fixture
def new_settings(tmp_path: Path, engine: str, request: pytest.FixtureRequest) -> Iterator[Settings]:
    """Settings whose database and data folder do not exist yet."""
    with new_database(engine, request) as database:
        yield replace(Settings(data=tmp_path / "fresh"), **database)


@pytest.fixture
def patient_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer for Redis, so that limits are not counted without it on a busy machine."""
    monkeypatch.setattr("kinoteka.realtime.redis_rate_windows.RESPONSE_SECONDS", 2.0)


@pytest.fixture(name="quick_hashes")
def _quick_hashes() -> Iterator[None]:
    """Hash passwords at low cost, because many tests of the core create accounts."""
    with quick_hashes():
        yield


@pytest.fixture
async def services(settings: Settings, quick_hashes: None) -> AsyncIterator[Services]:
    """All services with a new, empty database."""
    wired = await wire(settings)
    yield wired
    await close(wired)


@pytest.fixture
async def unit(services: Services) -> AsyncIterator[Unit]:
    """A unit of work, committed when the test ends."""
    async with unit_of_work(services.database) as unit:
        yield unit


@pytest.fixture
def films(engine: str, settings: Settings, request: pytest.FixtureRequest) -> dict[str, int]:
    """The ids of the films in `films.CATALOGUE`, by title, which are in the test's database."""
    template = "film_database" if engine == "sqlite" else "film_template"
    ids: dict[str, int] = request.getfixturevalue(template)[1]
    return dict(ids)


@pytest.fixture(scope="session")
def server_on_sqlite(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[RunningServer]:
    """A server with SQLite, which runs until the end."""
    folder = tmp_path_factory.mktemp("server")
    shutil.copy(empty_database, folder / DATABASE)
    with run_server(folder, GENEROUS) as server:
        yield server


@pytest.fixture(scope="session")
def server_on_postgresql(
    tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSQLServer
) -> Iterator[RunningServer]:
    """A server with PostgreSQL, which runs until the end."""
    database = {"database_url": postgresql.new_database(EMPTY)}
    with run_server(tmp_path_factory.mktemp("server"), GENEROUS | database) as server:
        yield server


@pytest.fixture(scope="session")
def server(engine: str, request: pytest.FixtureRequest) -> RunningServer:
    """A server with an empty catalogue, shared by tests that do not disturb each other."""
    server: RunningServer = request.getfixturevalue(f"server_on_{engine}")
    return server


@pytest.fixture
def start_server(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., RunningServer]]:
    """Start servers for this test only: `start_server(sign_in_limit="3 per minute")`."""
    with ExitStack() as stack:
        folder = tmp_path / "server"
        database = stack.enter_context(new_database(engine, request, folder))

        def start(**settings: str) -> RunningServer:
            chosen = GENEROUS | database | settings
            return stack.enter_context(run_server(folder, chosen))

        yield start


@contextmanager
def new_database(
    engine: str, request: pytest.FixtureRequest, folder: Path | None = None
) -> Iterator[dict[str, str]]:
    """Create a database and yield the settings that name it (none for SQLite).

    If the server's data `folder` is given, the database is already migrated, which saves half a
    second at the start.
    """
    if engine == "sqlite":
        if folder is not None:
            folder.mkdir(exist_ok=True)
            shutil.copy(request.getfixturevalue("empty_database"), folder / DATABASE)
        yield {}
        return
    server = request.getfixturevalue("postgresql")
    url = server.new_database(EMPTY) if folder is not None else server.new_database()
    yield {"database_url": url}
    server.drop_database(url)
