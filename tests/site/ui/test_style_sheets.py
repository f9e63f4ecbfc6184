"""Style sheets: within the page for who arrives, by their address for who comes from here."""

import base64
from hashlib import sha256

import pytest
from selectolax.lexbor import LexborHTMLParser

from kinoteka.site.ui.assets import FOLDER, address
from kinoteka.site.ui.style_sheets import element, sources

PAGE = {"accept": "text/html"}


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


def rules(response) -> dict[str, str]:
    policy = response.headers["content-security-policy"]
    assert "unsafe" not in policy
    return dict(rule.strip().split(" ", 1) for rule in policy.split(";"))


@pytest.mark.parametrize("origin", ["none", "cross-site", "same-site"])
def test_first_page_inlines_style_sheets(server, origin):
    response = server.client().get("/nowhere", headers=PAGE | {"sec-fetch-site": origin})
    page = LexborHTMLParser(response.text)
    written = [style.text() for style in page.css("style")]
    assert written == [(FOLDER / f"css/{name}.css").read_text() for name in ("base", "search")]
    assert page.css("link[rel=stylesheet]") == []
    later = [link.attributes["href"] for link in page.css("link[rel=prefetch]")]
    assert later == [address("css/base.css"), address("css/search.css")]
    assert {"'self'", *map(digest, written)} < set(rules(response)["style-src"].split())
    assert rules(response)["script-src"] == "'self'"
    assert "sec-fetch-site" in response.headers["vary"]


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {}], ids=["new", "old"])
def test_later_pages_link_style_sheets(server, headers):
    response = server.client().get("/nowhere", headers=PAGE | headers)
    page = LexborHTMLParser(response.text)
    assert page.css("style, link[rel=prefetch]") == []
    named = [link.attributes["href"] for link in page.css("link[rel=stylesheet]")]
    assert named == [address("css/base.css"), address("css/search.css")]
    assert rules(response)["style-src"] == "'self'"


def test_policy_allows_every_sheet():
    texts = [path.read_text() for path in (FOLDER / "css").glob("*.css")]
    assert set(sources().split()) == set(map(digest, texts))


@pytest.mark.parametrize("path", sorted((FOLDER / "css").glob("*.css")), ids=lambda path: path.name)
def test_every_sheet_can_be_inlined(path):
    """It ends nowhere, and names nothing by an address that would be another there."""
    text = path.read_text()
    assert "</" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert f"<style>{text}</style>" in element(path.stem, True)


def test_unknown_sheet_raises():
    with pytest.raises(KeyError):
        element("none", False)
