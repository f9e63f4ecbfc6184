"""A server with a small catalogue, and browsers of users with different permissions."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.conftest import GENEROUS, new_database
from tests.support.films import fill_catalogue
from tests.support.html_pages import text_of
from tests.support.servers import PASSWORD, RunningServer, run_server, unique_name

TABLE = b"id,title,year\n1,Imported One,1979\n2,Imported Two,1985\n"
BROKEN = b"id,title,year\n1,Imported Three,1979\n2,Four,19850\n3,,2000\n"


@dataclass(frozen=True)
class ManagementSite:
    """The server and the ids of its films by title."""

    server: RunningServer
    films: dict[str, int]
    superuser: str

    def browser(self) -> httpx.Client:
        """Return a browser that is not signed in."""
        return self.server.client(accept="text/html", sec_fetch_site="same-origin")

    def root(self) -> httpx.Client:
        """Return the browser of a superuser."""
        browser = self.browser()
        response = browser.post("/login", json={"login": self.superuser, "password": PASSWORD})
        assert response.status_code == 200, response.text
        return browser

    def holder(self, root: httpx.Client, *permissions: str) -> httpx.Client:
        """Return the browser of a new member with only these permissions."""
        browser, name = self.browser(), unique_name()
        body = {"login": name, "password": PASSWORD, "email": f"{name}@example.com"}
        assert browser.post("/signup", json=body).status_code == 200
        account_id = browser.get("/users").json()["id"]
        role = {"name": unique_name("role"), "permissions": list(permissions)}
        role_id = root.post("/api/v1/role", json=role).json()["id"]
        given = root.post(f"/api/v1/user/{account_id}/role/{role_id}")
        assert given.status_code == 201, given.text
        return browser


@contextmanager
def run_management_site(folder: Path, settings: dict[str, str]) -> Iterator[ManagementSite]:
    """Run a server with the films of `films.CATALOGUE`."""
    with run_server(folder, settings) as server:
        name = unique_name("root")
        server.make_superuser(name)
        yield ManagementSite(server, fill_catalogue(server.settings), name)


@contextmanager
def run_management_site_on(
    engine: str, request: pytest.FixtureRequest, folder: Path, **settings: str
) -> Iterator[ManagementSite]:
    """Run this server on a new database of this engine."""
    with (
        new_database(engine, request, folder) as database,
        run_management_site(folder, GENEROUS | database | settings) as made,
    ):
        yield made


def text_at(page: LexborHTMLParser, selector: str) -> str:
    """Return the text of the first element that matches the selector."""
    return text_of(page.css_first(selector))


def form_fields(page: LexborHTMLParser, form: str) -> dict[str, str]:
    """Return the values of a form's fields."""
    found = {}
    for node in page.css(f"{form} [name]"):
        name = node.attributes["name"] or ""
        if node.tag == "textarea":
            found[name] = node.text()
        elif node.tag == "input" and node.attributes.get("type") != "checkbox":
            found[name] = node.attributes.get("value") or ""
    return found
