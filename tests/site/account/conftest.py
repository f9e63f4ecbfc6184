"""Browsers without scripts: they look at pages, and send forms from them."""

from dataclasses import dataclass

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.support.html_pages import text_of
from tests.support.servers import PASSWORD, RunningServer, unique_name


def tree(response: httpx.Response) -> LexborHTMLParser:
    """The page of an answer."""
    return LexborHTMLParser(response.text)


def value(page: LexborHTMLParser, name: str) -> str | None:
    """What stands in a field."""
    field = page.css_first(f"form.form [name={name}]")
    assert field is not None, name
    chosen = field.css_first("option[selected]")
    return (chosen or field).attributes.get("value")


def wrong(response: httpx.Response) -> dict[str, str]:
    """The sentences beside fields, by field; each is told to whoever hears the page, too."""
    page, found = tree(response), {}
    for field in page.css("[aria-invalid=true]"):
        name = str(field.attributes["name"])
        told = str(field.attributes["aria-describedby"]).split()
        assert "autofocus" in field.attributes
        assert f"wrong-{name}" in told
        found[name] = text_of(page.css_first(f"#wrong-{name}"))
    return found


@dataclass
class Member:
    """Somebody with an account and a browser that is signed in."""

    name: str
    browser: httpx.Client


def new_browser(server: RunningServer, **headers: str) -> httpx.Client:
    """A browser that nobody is signed in with."""
    return server.client(origin=server.url, accept="text/html", **headers)


def sign_up(server: RunningServer, name: str | None = None, **headers: str) -> Member:
    """Somebody new, who has signed up on the site."""
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
