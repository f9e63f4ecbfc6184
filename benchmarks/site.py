"""Pages of the site over HTTP, one request at a time, compared with a JSON page of films.

Every page is rendered for each request, and the JSON page has not been requested before, so neither
is cached.
"""

import http.client
import random
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from benchmarks.reads import PASSWORD, post
from benchmarks.servers import Process, kinoteka

REQUESTS = 200
ROUNDS = 5
TARGET_MS = 5
PAGE = 24

Addresses = Callable[[], str]


def run(data: Path, films: int, show: Callable[..., None]) -> None:
    """Measure the catalogue in `data`, which has this number of films."""
    chance = random.Random(7)
    unseen = count()

    def json_page() -> str:
        return f"/movies/?page={chance.randint(1, films // 12)}&unseen={next(unseen)}"

    pages: dict[str, Addresses] = {
        "the first page": lambda: "/",
        "a page of films": lambda: f"/films?page={chance.randint(1, films // PAGE)}",
        "a page by title": lambda: f"/films?sort=title&page={chance.randint(1, films // PAGE)}",
        "a film": lambda: f"/films/{chance.randint(2, films)}",
    }
    with kinoteka(data) as server:
        email = f"looker-{server.process.pid}@example.com"
        _, cookie = post(server, "/user/signup", {"email": email, "password": PASSWORD})
        readers = {"signed out": {}, "signed in": {"Cookie": f"session_id={cookie}"}}
        measured: dict[tuple[str, str], list[float]] = {}
        reference: list[float] = []
        for _ in range(ROUNDS):  # in turn, so that a noisy moment hits all alike
            reference += _milliseconds(server, json_page, {})
            for who, headers in readers.items():
                for what, addresses in pages.items():
                    measured.setdefault((what, who), []).extend(
                        _milliseconds(server, addresses, headers | {"Accept": "text/html"})
                    )
        bare = median(reference)
        for (what, who), times in measured.items():
            took = median(times)
            show(
                f"{what}, {who}, {films:,} films, ms", bare, took, took / bare, f"< {TARGET_MS} ms"
            )


def _milliseconds(
    server: Process, addresses: Addresses, headers: dict[str, str]
) -> Iterator[float]:
    """Return the seconds that each request took, on one connection."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    for number in range(REQUESTS + 10):
        address = addresses()
        began = time.perf_counter()
        connection.request("GET", address, headers=headers | {"Accept-Encoding": "gzip"})
        response = connection.getresponse()
        response.read()
        took = (time.perf_counter() - began) * 1000
        if response.status != 200:
            raise RuntimeError(f"{response.status}: {address}")
        if number >= 10:
            yield took
    connection.close()
