"""Language and theme, kept by the browser."""

import pytest
from selectolax.lexbor import LexborHTMLParser


@pytest.fixture
def client(server):
    return server.client(origin=server.url, accept="text/html")


def test_a_language_is_remembered(client):
    response = client.post("/preferences", data={"language": "ru", "next": "/films?page=2"})
    assert (response.status_code, response.headers["location"]) == (303, "/films?page=2")
    assert (
        LexborHTMLParser(client.get("/nowhere").text).css_first("html").attributes["lang"] == "ru"
    )


def test_a_theme_is_remembered_until_it_follows_the_system_again(client):
    client.post("/preferences", data={"theme": "dark"})
    assert LexborHTMLParser(client.get("/nowhere").text).css_first("html[data-theme=dark]")
    client.post("/preferences", data={"theme": "system"})
    assert "theme" not in client.cookies


@pytest.mark.parametrize("data", [{"language": "xx"}, {"language": ""}, {}, {"other": "1"}])
def test_what_is_none_changes_nothing(client, data):
    response = client.post("/preferences", data=data)
    assert response.status_code == 303
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize(
    "path",
    ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere", "films", "/a\nb", ""],
)
def test_nobody_is_led_elsewhere(client, path):
    response = client.post("/preferences", data={"language": "en", "next": path})
    assert response.headers["location"] == "/"
