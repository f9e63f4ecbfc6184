"""Atom feeds (RFC 4287): a writer, and the response with its validator.

feedgen needs lxml, and its last release is from 2023. A feed of this site has a dozen kinds of
elements, whose only difficulty is to escape texts.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from html import escape
from urllib.parse import urlsplit

import msgspec

from kinoteka.http.mechanics.response import SAFE, Headers, Response
from kinoteka.http.policy.request import Request
from kinoteka.infrastructure.clock import iso
from kinoteka.site.ui.pages import compress

NAMESPACE = "http://www.w3.org/2005/Atom"
MEDIA_NAMESPACE = "http://search.yahoo.com/mrss/"
"""Media RSS, which has the element of thumbnails that readers know."""
MEDIA_TYPE = "application/atom+xml"
HEADERS: Headers = [
    *SAFE,
    (b"content-type", f"{MEDIA_TYPE}; charset=utf-8".encode()),
    (b"cache-control", b"no-cache"),
    (b"vary", b"accept-encoding, accept-language, cookie"),
]
# Characters that XML 1.0 cannot contain, not even as references (section 2.2).
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HOST = re.compile(rb"[A-Za-z0-9.-]+(:[0-9]+)?|\[[0-9A-Fa-f:.]+\](:[0-9]+)?")
# The owner of the host name in this year assigns the ids (RFC 4151).
_YEAR = 2026


class Entry(msgspec.Struct, frozen=True):
    """An entry of a feed.

    `path` is that of its page, `image` that of its thumbnail, and `updated` is in milliseconds.
    `name` is unique on the site and never changes.
    """

    name: str
    title: str
    updated: int
    path: str
    summary: str = ""
    image: str | None = None


class Feed(msgspec.Struct, frozen=True):
    """A feed. `own_path` is the path and query of the feed, `path` that of its page."""

    name: str
    title: str
    updated: int
    path: str
    own_path: str
    language: str
    entries: Sequence[Entry]
    subtitle: str = ""


async def feed_response(request: Request, feed: Feed) -> Response:
    """Return a feed with its entity tag, compressed if the client accepts that."""
    body = write_feed(feed, base_url(request))
    # Weak, because the compressed form has the same tag.
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
    body, encoding = await compress(request, body)
    language = (b"content-language", feed.language.encode())
    return Response(200, body, [*HEADERS, *encoding, language, (b"etag", etag)])


def base_url(request: Request) -> str:
    """Return the public URL of the server, or else that of the request's host."""
    if request.settings.public_url:
        return request.settings.public_url
    host = request.headers.get(b"host", b"")
    known = host.decode() if _HOST.fullmatch(host) else "localhost"
    return f"{'https' if request.is_https else 'http'}://{known}"


def write_feed(feed: Feed, base: str) -> bytes:
    """Return a feed as XML in UTF-8. Its addresses begin with `base`, such as https://host."""
    return "".join(_feed(feed, base)).encode()


def tag_id(base: str, name: str) -> str:
    """Return a tag URI (RFC 4151), which stays the same while the server has the same host."""
    host = re.sub("[^a-z0-9.-]", "-", urlsplit(base).hostname or "").strip("-.")
    return f"tag:{host or 'localhost'},{_YEAR}:{name}"


def _feed(feed: Feed, base: str) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield f'<feed xmlns="{NAMESPACE}" xmlns:media="{MEDIA_NAMESPACE}"'
    yield f' xml:lang="{_text(feed.language)}">\n'
    yield from _common(feed, base)
    if feed.subtitle:
        yield _element("subtitle", feed.subtitle)
    yield _link("self", MEDIA_TYPE, base + feed.own_path)
    yield f"<author>{_element('name', 'Kinoteka')}</author>\n"
    for entry in feed.entries:
        yield "<entry>\n"
        yield from _common(entry, base)
        if entry.summary:
            yield _element("summary", entry.summary)
        if entry.image is not None:
            yield f'<media:thumbnail url="{_text(base + entry.image)}"/>\n'
        yield "</entry>\n"
    yield "</feed>\n"


def _common(item: Feed | Entry, base: str) -> Iterator[str]:
    yield _element("id", tag_id(base, item.name))
    yield _element("title", item.title)
    yield _element("updated", iso(item.updated))
    yield _link("alternate", "text/html", base + item.path)


def _link(relation: str, media_type: str, address: str) -> str:
    return f'<link rel="{relation}" type="{media_type}" href="{_text(address)}"/>\n'


def _element(name: str, text: str) -> str:
    return f"<{name}>{_text(text)}</{name}>\n"


def _text(text: str) -> str:
    """Escape a text for an element or a quoted attribute. Remove what XML cannot contain."""
    return escape(_FORBIDDEN.sub("", text))
