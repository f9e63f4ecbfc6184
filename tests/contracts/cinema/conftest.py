"""A server for all tests of this contract that leave its films as they are."""

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
        found = Cinema(server)
        superuser = found.superuser
        eventually(lambda: total_films(superuser) == len(found.films))
        yield found


@pytest.fixture
def app(cinema: Cinema) -> httpx.Client:
    """An app in which nobody is signed in."""
    return cinema.anonymous
