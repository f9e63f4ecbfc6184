"""Lists without a page: everything, as it is read."""

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


def films_to_be(many: int) -> list[SampleFilm]:
    return [
        SampleFilm(f"Film {number}", 1900 + number % 120, ("Drama",), (f"Director {number}",))
        for number in range(many)
    ]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with more films than go into one body."""
    with run_server(tmp_path_factory.mktemp("large"), {}) as server:
        fill_catalogue(server.settings, films_to_be(MANY))
        client = server.client()
        eventually(lambda: total_films(client) == MANY)
        yield server


@pytest.mark.parametrize(
    ("path", "many"),
    [
        ("/movies/", MANY),
        ("/movies/?status=new", MANY),
        ("/movies/?year=1950", MANY // 120 + 1),
        ("/directors/", MANY),
    ],
)
def test_the_whole_list_is_what_its_pages_are(large: RunningServer, path: str, many: int) -> None:
    app = large.client()
    whole = app.get(path)
    assert len(whole.json()) == many
    assert whole.headers["x-total-count"] == str(many)
    assert "link" not in whole.headers
    last = -(-many // 12)
    for page in (1, 2, last // 2, last):
        response = app.get(path, params={**httpx.QueryParams(path.partition("?")[2]), "page": page})
        assert response.json() == whole.json()[(page - 1) * 12 : page * 12]


def test_a_long_one_comes_in_pieces(large: RunningServer) -> None:
    response = large.client().get("/movies/")
    assert response.headers["transfer-encoding"] == "chunked"
    assert response.headers["cache-control"] == "no-store"
    head = large.client().head("/movies/")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["x-total-count"] == str(MANY)


def test_others_are_answered_while_a_slow_reader_takes_its_time(large: RunningServer) -> None:
    with large.client().stream("GET", "/movies/") as slow:
        pieces = slow.iter_raw(1024)
        first = next(pieces)
        assert first.startswith(b'[{"id":')
        other = large.client()
        assert all(other.get(f"/movies/?page={page}").status_code == 200 for page in range(1, 20))
        rest = b"".join(pieces)
        assert rest.endswith(b"}]")


async def test_nothing_more_is_read_for_who_has_left(services: Services) -> None:
    fill_catalogue(services.settings, films_to_be(1000))
    await services.revisions.look()
    left, sent = asyncio.Event(), []

    async def receive() -> Message:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        if len(sent) == 3:
            left.set()

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
