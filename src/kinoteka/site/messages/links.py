"""Links in messages. Links to films of this server get a card with the film below the message.

`static/js/messages/text.js` does the same in the browser. Both are tested with the same texts.
"""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

import msgspec

LINK = re.compile(
    r"https?://[^\s<>\"'`]+|(?<![^\s(])/films/[0-9]{1,15}(?![^\s.,;:!?)])", re.IGNORECASE
)
ADDRESS = re.compile(r"https?://[^\s/?#.]", re.IGNORECASE)
FILM = re.compile(r"/films/([0-9]{1,15})/?$")
AFTER_LINKS = ".,;:!?\"'»”’…"
CLOSING = {")": "(", "]": "[", "}": "{"}
MAX_FILMS = 3
"""The most film cards below a message."""
MAX_LINKS = 50
"""The most links in a message. Each takes time to parse, and a page has many messages."""


class TextSegment(msgspec.Struct, frozen=True):
    """A segment of a text. With an address it is a link, possibly to a film of this server."""

    text: str
    address: str | None = None
    film_id: int | None = None


def split_links(text: str, hosts: Collection[str]) -> list[TextSegment]:
    """Split a text into plain segments and links; `hosts` are the host names of this server."""
    found: list[TextSegment] = []
    done = 0
    for match in LINK.finditer(text):
        address = _trimmed(match.group())
        if not (address.startswith("/") or ADDRESS.match(address)):
            continue
        found.append(TextSegment(text[done : match.start()]))
        found.append(TextSegment(address, address, _film_id(address, hosts)))
        done = match.start() + len(address)
        if len(found) == 2 * MAX_LINKS:
            break
    found.append(TextSegment(text[done:]))
    return [segment for segment in found if segment.text]


def linked_film_ids(segments: Collection[TextSegment]) -> list[int]:
    """Return the ids of the first linked films, without duplicates."""
    ids = dict.fromkeys(each.film_id for each in segments if each.film_id is not None)
    return list(ids)[:MAX_FILMS]


def _trimmed(address: str) -> str:
    """Return an address without the punctuation of the sentence around it."""
    # Count once: counting again for each bracket would be slow for thousands of brackets.
    counts = {bracket: address.count(bracket) for pair in CLOSING.items() for bracket in pair}
    end = len(address)
    while end:
        last = address[end - 1]
        opening = CLOSING.get(last)
        if opening is not None and counts[opening] < counts[last]:
            counts[last] -= 1
        elif last not in AFTER_LINKS:
            break
        end -= 1
    return address[:end]


def _film_id(address: str, hosts: Collection[str]) -> int | None:
    path = address
    if not address.startswith("/"):
        try:
            parsed = urlsplit(address)
        except ValueError:
            return None
        if parsed.netloc.lower() not in hosts:
            return None
        path = parsed.path
    match = FILM.match(path)
    return int(match.group(1)) if match else None
