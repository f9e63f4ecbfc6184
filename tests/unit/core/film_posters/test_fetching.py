"""The queue of the fetcher."""

from collections.abc import AsyncIterator, Iterator

import pytest
from msgspec.structs import replace

from kinoteka.core.film_posters import fetching
from kinoteka.core.film_posters.fetching import PosterFetcher
from kinoteka.core.film_posters.storage import PosterStorage
from kinoteka.core.services import Services
from tests.support.databases import rows
from tests.support.file_hosts import HOST, FileHost, run_file_host
from tests.support.polling import wait_until

pytestmark = pytest.mark.engines("sqlite")


@pytest.fixture
def host() -> Iterator[FileHost]:
    with run_file_host() as host:
        yield host


@pytest.fixture
async def fetcher(services: Services) -> AsyncIterator[PosterFetcher]:
    settings = replace(services.settings, poster_hosts_allowed=(HOST,))
    storage = PosterStorage(settings)
    fetcher = PosterFetcher(settings, services.database, services.media, storage)
    yield fetcher
    await fetcher.close()
    storage.close()


async def test_full_queue_takes_no_further_films(
    services: Services, fetcher: PosterFetcher, host: FileHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAX_QUEUE", 3)
    host.gate.clear()
    for film_id in range(1, 6):
        fetcher.request(film_id, f"{host.url}/poster.png")
    host.gate.set()
    await wait_until(lambda: len(rows(services.settings, "SELECT film_id FROM posters")) == 3)
    assert host.requests == {"/poster.png": 3}
    fetcher.request(4, f"{host.url}/poster.png")
    await wait_until(lambda: len(rows(services.settings, "SELECT film_id FROM posters")) == 4)


async def test_close_ends_fetches_that_wait(fetcher: PosterFetcher, host: FileHost) -> None:
    host.gate.clear()
    fetcher.request(1, f"{host.url}/poster.png")
    await wait_until(lambda: host.at_once == 1)
    await fetcher.close()
    fetcher.request(2, f"{host.url}/poster.png")
    host.gate.set()
    await wait_until(lambda: host.at_once == 0)
    assert host.requests == {"/poster.png": 1}
