"""Atom feeds over the wire, and the links to them."""

from xml.etree.ElementTree import Element

import httpx
import pytest
from defusedxml.ElementTree import fromstring
from selectolax.lexbor import LexborHTMLParser

from kinoteka.site.ui.atom import MEDIA_NAMESPACE, NAMESPACE
from tests.site.library.conftest import Library
from tests.support.databases import execute

NAMES = {"a": NAMESPACE, "media": MEDIA_NAMESPACE}
HEAD_LINK = 'head link[type="application/atom+xml"]'
VISIBLE_LINK = ".feed a"


def read(response: httpx.Response) -> Element:
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed: Element = fromstring(response.content)
    return feed


def titles(feed: Element) -> list[str]:
    return [each.findtext("a:title", "", NAMES) for each in feed.findall("a:entry", NAMES)]


@pytest.fixture
def selection(library: Library, anna: httpx.Client) -> str:
    """The path of a public selection with two films."""
    return f"/selections/{library.selection(anna, 'Space & <time>', 'Solaris', 'Alien')}"


def test_pages_link_to_feeds_in_their_language(
    browser: httpx.Client, anna: httpx.Client, selection: str
) -> None:
    for language in ("en", "ru"):
        for page, path in (
            ("/films", "/feeds/films.atom"),
            ("/selections", "/feeds/selections.atom"),
            (selection, f"{selection}/feed.atom"),
        ):
            html = LexborHTMLParser(browser.get(page, headers={"accept-language": language}).text)
            for where in (HEAD_LINK, VISIBLE_LINK):
                (link,) = html.css(where)
                assert link.attributes["href"] == f"{path}?lang={language}"
            feed = read(anna.get(f"{path}?lang={language}"))
            assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == language


def test_private_selection_links_to_no_feed(library: Library, anna: httpx.Client) -> None:
    path = f"/selections/{library.selection(anna, 'Mine', 'Ran', public=False)}"
    html = LexborHTMLParser(anna.get(path).text)
    assert not html.css(f"{HEAD_LINK}, {VISIBLE_LINK}")
    assert anna.get(f"{path}/feed.atom").status_code == 404


def test_unknown_selection_has_no_feed(browser: httpx.Client) -> None:
    assert browser.get("/selections/999999/feed.atom").status_code == 404


def test_feed_of_a_selection_has_its_films_with_links_and_posters(
    library: Library, browser: httpx.Client, selection: str
) -> None:
    feed = read(browser.get(f"{selection}/feed.atom"))
    assert feed.findtext("a:title", "", NAMES) == "Space & <time> · Kinoteka"
    assert titles(feed) == ["Alien (1979)", "Solaris (1972)"]
    entry = feed.find("a:entry", NAMES)
    assert entry is not None
    link, picture = entry.find("a:link", NAMES), entry.find("media:thumbnail", NAMES)
    assert link is not None
    assert picture is not None
    film = f"films/{library.films['Alien']}"
    assert link.get("href") == f"{library.server.url}/{film}"
    assert picture.get("url") == f"{library.server.url}/media/{film}/poster-small"
    assert browser.get(picture.get("url") or "").status_code == 200
    host = httpx.URL(library.server.url).host
    assert entry.findtext("a:id", "", NAMES) == f"tag:{host},2026:{selection[1:]}/{film}"


def test_feed_of_selections_has_public_ones_only(
    library: Library, anna: httpx.Client, browser: httpx.Client, selection: str
) -> None:
    library.selection(anna, "Nobody else sees this", "Ran", public=False)
    feed = read(browser.get("/feeds/selections.atom"))
    assert titles(feed)[0] == "Space & <time>"
    assert feed.findtext("a:entry/a:summary", "", NAMES) == "Solaris, Alien"
    assert "Nobody else sees this" not in titles(feed)
    assert titles(read(anna.get("/feeds/selections.atom"))) == titles(feed)


def test_feed_of_films_has_films_of_known_time(library: Library, browser: httpx.Client) -> None:
    for title in ("Ran", "Zanzibar Nights"):
        film_id = library.films[title]
        execute(library.server.settings, "UPDATE films SET added_at = 5 WHERE id = ?", film_id)
    feed = read(browser.get("/feeds/films.atom"))
    assert titles(feed) == ["Ran (1985)"]
    assert feed.findtext("a:updated", "", NAMES) == "1970-01-01T00:00:00.005Z"


def test_client_that_has_the_feed_gets_304(browser: httpx.Client, selection: str) -> None:
    path = f"{selection}/feed.atom"
    first = browser.get(path)
    again = browser.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = browser.get(path, headers={"accept-encoding": "identity"})
    assert plain.headers["etag"] == first.headers["etag"]
    other = browser.get(f"{path}?lang=ru", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200


def test_head_has_the_headers_of_get(browser: httpx.Client, selection: str) -> None:
    path = f"{selection}/feed.atom"
    head, get = browser.head(path), browser.get(path)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "etag", "content-length"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    ("host", "base"),
    [
        ("films.example:8443", "http://films.example:8443"),
        ("other.example", "http://other.example"),
        ('bad"><host', "http://localhost"),
    ],
)
def test_addresses_have_the_host_of_the_request(
    browser: httpx.Client, selection: str, host: str, base: str
) -> None:
    for _ in range(3):  # a stored response would have the host of another request
        feed = read(browser.get(f"{selection}/feed.atom", headers={"host": host}))
        links = [link.get("href") or "" for link in feed.iter(f"{{{NAMESPACE}}}link")]
        assert links
        assert all(link.startswith(f"{base}/") for link in links)


def test_unknown_language_is_rejected(browser: httpx.Client) -> None:
    assert browser.get("/feeds/films.atom?lang=xx").status_code == 400
