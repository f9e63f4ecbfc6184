"""Browsers of members at a server with the films of `films.CATALOGUE`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.conftest import GENEROUS, new_database
from tests.support.films import CATALOGUE, SampleFilm, fill_catalogue
from tests.support.html_pages import text_of
from tests.support.servers import PASSWORD, RunningServer, run_server, unique_name

MORE = tuple(SampleFilm(f"Film {number}", 1900 + number) for number in range(30))


def titles(page: LexborHTMLParser, where: str = ".film-title a") -> list[str]:
    """Return the film titles of a page in order."""
    return [text_of(node) for node in page.css(where)]


@dataclass(frozen=True)
class Library:
    """The server and the ids of its films by title."""

    server: RunningServer
    films: dict[str, int]

    def browser(self, **headers: str) -> httpx.Client:
        """A browser without a session."""
        named = {"accept": "text/html", "sec_fetch_site": "same-origin"}
        return self.server.client(**named | headers)

    def member(self, name: str | None = None) -> httpx.Client:
        """Return the browser of a new member."""
        browser, name = self.browser(), name or unique_name()
        body = {"login": name, "password": PASSWORD, "email": f"{name}@private.example"}
        assert browser.post("/signup", json=body).status_code == 200
        browser.headers["x-name"] = name  # for tests alone
        return browser

    def bookmark(self, browser: httpx.Client, *names: str) -> None:
        """Bookmark films."""
        for name in names:
            response = browser.post(f"/bookmarks/{self.films[name]}", data={"action": "add"})
            assert response.status_code == 303

    def selection(self, browser: httpx.Client, title: str, *names: str, public: bool = True) -> int:
        """Create a selection of films and return its id."""
        form = {"title": title} | ({"public": "true"} if public else {})
        made = browser.post("/selections/new", data=form)
        assert made.status_code == 303, made.text
        number = int(made.headers["location"].split("/")[2])
        for name in names:
            put = {"film_id": self.films[name]}
            assert browser.post(f"/selections/{number}/films", data=put).status_code == 303
        return number


@pytest.fixture(scope="package")
def library(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Library]:
    """A server for these tests only."""
    folder = tmp_path_factory.mktemp("library")
    with (
        new_database(engine, request, folder) as database,
        run_server(folder, GENEROUS | database) as server,
    ):
        ids = fill_catalogue(server.settings, (*CATALOGUE, *MORE))
        yield Library(server, ids)


@pytest.fixture
def browser(library: Library) -> httpx.Client:
    """A browser without a session."""
    return library.browser()


@pytest.fixture
def anna(library: Library) -> httpx.Client:
    """The browser of a member."""
    return library.member()


@pytest.fixture
def boris(library: Library) -> httpx.Client:
    """The browser of another member."""
    return library.member()


@pytest.fixture
def film(library: Library) -> Callable[[str], int]:
    """Return a function that returns the id of a film."""
    return library.films.__getitem__
