"""A server for all tests of this contract that do not change its films."""

from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import GENEROUS
from tests.support.cinema_clients import Cinema, total_films
from tests.support.polling import eventually
from tests.support.servers import run_server


@pytest.fixture(scope="package")
def cinema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cinema]:
    with run_server(tmp_path_factory.mktemp("cinema"), GENEROUS) as server:
        cinema = Cinema(server)
        superuser = cinema.superuser
        eventually(lambda: total_films(superuser) == len(cinema.films))
        yield cinema


@pytest.fixture
def app(cinema: Cinema) -> httpx.Client:
    """The client of an app without a session."""
    return cinema.anonymous
