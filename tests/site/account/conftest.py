"""Browsers without scripts that load pages and submit their forms."""

from dataclasses import dataclass

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.support.html_pages import text_of
from tests.support.servers import PASSWORD, RunningServer, unique_name


def tree(response: httpx.Response) -> LexborHTMLParser:
    """Return the parsed page of a response."""
    return LexborHTMLParser(response.text)


def value(page: LexborHTMLParser, name: str) -> str | None:
    """Return the value of a field."""
    field = page.css_first(f"form.form [name={name}]")
    assert field is not None, name
    chosen = field.css_first("option[selected]")
    return (chosen or field).attributes.get("value")


def wrong(response: httpx.Response) -> dict[str, str]:
    """Return the error sentences by field. Screen readers announce each of them."""
    page, found = tree(response), {}
    for field in page.css("[aria-invalid=true]"):
        name = str(field.attributes["name"])
        observed = str(field.attributes["aria-describedby"]).split()
        assert "autofocus" in field.attributes
        assert f"wrong-{name}" in observed
        found[name] = text_of(page.css_first(f"#wrong-{name}"))
    return found


@dataclass
class Member:
    """A user with a signed-in browser."""

    name: str
    browser: httpx.Client


def new_browser(server: RunningServer, **headers: str) -> httpx.Client:
    """A browser without a session."""
    return server.client(origin=server.url, accept="text/html", **headers)


def sign_up(server: RunningServer, name: str | None = None, **headers: str) -> Member:
    """A new user with an account on the site."""
    member = Member(name or unique_name(), new_browser(server, **headers))
    form = {
        "username": member.name,
        "email": f"{member.name}@example.com",
        "password": PASSWORD,
    }
    response = member.browser.post("/sign-up", data=form)
    assert response.status_code == 303, response.text
    return member


@pytest.fixture
def browser(server: RunningServer) -> httpx.Client:
    return new_browser(server)


@pytest.fixture
def anna(server: RunningServer) -> Member:
    return sign_up(server)
