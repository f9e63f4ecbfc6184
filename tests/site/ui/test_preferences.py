"""Language and theme, kept by the browser."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.support.html_pages import element


@pytest.fixture
def client(server):
    return server.client(origin=server.url, accept="text/html")


def test_language_is_stored(client):
    response = client.post("/preferences", data={"language": "ru", "next": "/films?page=2"})
    assert (response.status_code, response.headers["location"]) == (303, "/films?page=2")
    assert element(LexborHTMLParser(client.get("/nowhere").text), "html").attributes["lang"] == "ru"


def test_theme_is_stored_until_the_system_theme_is_selected(client):
    client.post("/preferences", data={"theme": "dark"})
    assert LexborHTMLParser(client.get("/nowhere").text).css_first("html[data-theme=dark]")
    client.post("/preferences", data={"theme": "system"})
    assert "theme" not in client.cookies


@pytest.mark.parametrize("data", [{"language": "xx"}, {"language": ""}, {}, {"other": "1"}])
def test_unknown_values_change_nothing(client, data):
    response = client.post("/preferences", data=data)
    assert response.status_code == 303
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "path",
    ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere", "films", "/a\nb", ""],
)
def test_other_sites_are_not_redirect_targets(client, path):
    response = client.post("/preferences", data={"language": "en", "next": path})
    assert response.headers["location"] == "/"
