"""Lists without a page: the whole list, streamed while it is read."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from kinoteka.core.services import Services
from kinoteka.http.mechanics.response import Message
from kinoteka.server.app import asgi_application, compose
from tests.support.cinema_clients import total_films
from tests.support.films import SampleFilm, fill_catalogue
from tests.support.polling import eventually
from tests.support.servers import RunningServer, run_server

MANY = 5000


def sample_films(count: int) -> list[SampleFilm]:
    return [
        SampleFilm(f"Film {number}", 1900 + number % 120, ("Drama",), (f"Director {number}",))
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with more films than fit into one body."""
    with run_server(tmp_path_factory.mktemp("large"), {}) as server:
        fill_catalogue(server.settings, sample_films(MANY))
        client = server.client()
        eventually(lambda: total_films(client) == MANY)
        yield server


@pytest.mark.parametrize(
    ("path", "total"),
    [
        ("/movies/", MANY),
        ("/movies/?status=new", MANY),
        ("/movies/?year=1950", MANY // 120 + 1),
        ("/directors/", MANY),
    ],
)
def test_whole_list_equals_its_pages(large: RunningServer, path: str, total: int) -> None:
    app = large.client()
    whole = app.get(path)
    assert len(whole.json()) == total
    assert whole.headers["x-total-count"] == str(total)
    assert "link" not in whole.headers
    last = -(-total // 12)
    for page in (1, 2, last // 2, last):
        response = app.get(path, params={**httpx.QueryParams(path.partition("?")[2]), "page": page})
        assert response.json() == whole.json()[(page - 1) * 12 : page * 12]


def test_long_list_is_sent_in_chunks(large: RunningServer) -> None:
    response = large.client().get("/movies/")
    assert response.headers["transfer-encoding"] == "chunked"
    assert response.headers["cache-control"] == "no-store"
    head = large.client().head("/movies/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["x-total-count"] == str(MANY)


def test_slow_reader_does_not_hold_up_other_requests(large: RunningServer) -> None:
    with large.client().stream("GET", "/movies/") as slow:
        chunks = slow.iter_raw(1024)
        first = next(chunks)
        assert first.startswith(b'[{"id":')
        other = large.client()
        assert all(other.get(f"/movies/?page={page}").status_code == 200 for page in range(1, 20))
        rest = b"".join(chunks)
        assert rest.endswith(b"}]")


async def test_reading_stops_when_the_client_disconnects(services: Services) -> None:
    fill_catalogue(services.settings, sample_films(1000))
    await services.revisions.refresh()
    disconnected, sent = asyncio.Event(), []

    async def receive() -> Message:
        await disconnected.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if len(sent) == 3:
            disconnected.set()

    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": "/movies/",
        "query_string": b"",
        "headers": [],
    }
    await asgi_application(services, *compose())(scope, receive, send)
    assert sent[0]["status"] == 200
    assert 3 <= len(sent) < 10
