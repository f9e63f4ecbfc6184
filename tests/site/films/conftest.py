"""A site with the films of `films.CATALOGUE`, and sixty short ones for pages to go on."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from kinoteka.database.schema import Department
from tests.conftest import GENEROUS
from tests.support.cinema_clients import Cinema, total_films
from tests.support.databases import execute
from tests.support.films import SampleFilm, fill_catalogue
from tests.support.polling import eventually
from tests.support.servers import keep_clients_open, run_server

SHORT = [SampleFilm(f"Short {number:02}", 1901, ("Short",), rating=5.0) for number in range(60)]
POSTED = SampleFilm(
    "Posted & <Sons>",
    2010,
    ("Comedy",),
    ("Ann O'Nym",),
    original_title="<i>Постер</i>",
    description='Says "hello" & <goodbye>.\nTwice.',
    trailer="https://www.youtube.com/watch?v=abcdefghijk",
    poster="https://posters.example/posted.jpg",
    rating=6.25,
    votes=1234,
    runtime_minutes=136,
)


@dataclass
class Site:
    """The server, with ids by title and by name, and those who look at its pages."""

    cinema: Cinema
    films: dict[str, int]
    visitor: httpx.Client
    member: httpx.Client
    holder: httpx.Client
    root: httpx.Client

    def of(self, who: str) -> httpx.Client:
        """One of those who look."""
        return {
            "visitor": self.visitor,
            "member": self.member,
            "holder": self.holder,
            "root": self.root,
        }[who]

    def page(self, path: str, status: int = 200, who: str = "visitor") -> LexborHTMLParser:
        """The page at an address, which is answered with this status."""
        response = self.of(who).get(path)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        return LexborHTMLParser(response.text)

    def piece(self, path: str, **headers: str) -> LexborHTMLParser:
        """What htmx gets."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        response = self.visitor.get(path, headers={"hx-request": "true", **named})
        assert response.status_code == 200, response.text
        assert "<html" not in response.text
        return LexborHTMLParser(response.text)


def titles(page: LexborHTMLParser) -> list[str]:
    """The titles of the films that a page shows as cards."""
    return [link.text() for link in page.css(".film-title a")]


def links(page: LexborHTMLParser, within: str = "main") -> list[str | None]:
    """Where the links of a part of a page lead."""
    return [link.attributes["href"] for link in page.css(f"{within} a")]


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with (
        keep_clients_open() as keep_open,
        run_server(tmp_path_factory.mktemp("films"), GENEROUS) as server,
    ):
        cinema = Cinema(server)
        films = cinema.films | fill_catalogue(server.settings, [*SHORT, POSTED])
        add = "INSERT INTO film_countries VALUES (?, ?, ?)"
        for title, country in (("Alien", "GB"), ("Alien", "US"), ("Stalker", "SU")):
            execute(server.settings, add, films[title], country, country == "US")
        actor = "INSERT INTO credits VALUES (?, ?, 0, ?, NULL)"
        person = cinema.directors["Fritz Lang"]
        for department in (Department.WRITING, Department.ACTING):
            execute(server.settings, actor, films["Stalker"], department.value, person)
        apps = (cinema.anonymous, server.signed_up(), cinema.holder, cinema.superuser)
        for app in apps:
            app.headers["accept"] = "text/html"
        found = Site(cinema, films, *apps)
        keep_open()
        eventually(lambda: total_films(apps[-1]) == len(films))
        yield found
