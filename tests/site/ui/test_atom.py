"""The writer of Atom feeds."""

import re
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from kinoteka.site.ui.atom import MEDIA_NAMESPACE, NAMESPACE, Entry, Feed, tag_id, write_feed

NAMES = {"a": NAMESPACE, "media": MEDIA_NAMESPACE}
BASE = "https://films.example"


def feed_with(*entries: Entry, title: str = "A & B", subtitle: str = "") -> Element:
    feed = Feed(
        name="selections",
        title=title,
        updated=0,
        path="/selections",
        own_path="/feeds/selections.atom?lang=ru",
        language="ru",
        entries=entries,
        subtitle=subtitle,
    )
    root: Element = fromstring(write_feed(feed, BASE))
    return root


def entry(title: str = "Alien", summary: str = "", image: str | None = None) -> Entry:
    return Entry("films/1", title, 1000, "/films/1", summary, image)


def test_feed_has_the_elements_that_rfc_4287_requires() -> None:
    feed = feed_with(entry(summary="In space"))
    one = {f"{{{NAMESPACE}}}{name}" for name in ("id", "title", "updated", "author")}
    assert one <= {child.tag for child in feed}
    for parent in (feed, *feed.findall("a:entry", NAMES)):
        for name in ("id", "title", "updated"):
            assert len(parent.findall(f"a:{name}", NAMES)) == 1
        assert re.fullmatch(r"tag:films\.example,2026:\S+", parent.findtext("a:id", "", NAMES))
    assert feed.findtext("a:entry/a:updated", "", NAMES) == "1970-01-01T00:00:01.000Z"
    assert feed.findtext("a:author/a:name", "", NAMES) == "Kinoteka"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang") == "ru"


def test_addresses_begin_with_the_base() -> None:
    feed = feed_with(entry(image="/media/films/1/poster-small"))
    links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", NAMES)}
    assert links == {
        "alternate": f"{BASE}/selections",
        "self": f"{BASE}/feeds/selections.atom?lang=ru",
    }
    link = feed.find("a:entry/a:link", NAMES)
    picture = feed.find("a:entry/media:thumbnail", NAMES)
    assert link is not None
    assert link.get("href") == f"{BASE}/films/1"
    assert picture is not None
    assert picture.get("url") == f"{BASE}/media/films/1/poster-small"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>Tom</b> & 'Jerry' \"2\"", "<b>Tom</b> & 'Jerry' \"2\""),
        ("]]> &amp; <!-- <![CDATA[ <?x?>", "]]> &amp; <!-- <![CDATA[ <?x?>"),
        ("</title></entry></feed>", "</title></entry></feed>"),
        ("a\x00b\x1bc\ufffe\uffff\ud800d\x7f", "abcd\x7f"),
        ("Ёлки 🎬 \u202e\u200d", "Ёлки 🎬 \u202e\u200d"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("&#0; &#x1b; &nope;", "&#0; &#x1b; &nope;"),
    ],
)
def test_texts_are_escaped_and_characters_that_xml_forbids_are_removed(
    text: str, expected: str
) -> None:
    feed = feed_with(entry(title=text, summary=text), title=text, subtitle=text)
    for path in ("a:title", "a:subtitle", "a:entry/a:title", "a:entry/a:summary"):
        assert feed.findtext(path, "", NAMES) == expected


@pytest.mark.parametrize(
    ("base", "authority"),
    [
        ("https://films.example:8443", "films.example"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("http://[::1]:8000", "1"),
        ("http://localhost", "localhost"),
    ],
)
def test_id_has_the_host_of_the_base(base: str, authority: str) -> None:
    assert tag_id(base, "films/1") == f"tag:{authority},2026:films/1"
