"""What people write, taken apart: addresses become links, and those of films here bring a card.

`static/js/messages/text.js` does the same in the browser; both are tried on one list of texts.
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
FILMS_MOST = 3
"""So many cards may stand below a message."""
LINKS_MOST = 50
"""So many addresses of a message become links: each takes its time, and a page has many."""


class Piece(msgspec.Struct, frozen=True):
    """A piece of a text; with an address it is a link, perhaps to a film of this server."""

    text: str
    address: str | None = None
    film_id: int | None = None


def pieces(text: str, hosts: Collection[str]) -> list[Piece]:
    """A text in pieces; `hosts` are those that this server is reached by."""
    found: list[Piece] = []
    done = 0
    for match in LINK.finditer(text):
        address = _trimmed(match.group())
        if not (address.startswith("/") or ADDRESS.match(address)):
            continue
        found.append(Piece(text[done : match.start()]))
        found.append(Piece(address, address, _film_id(address, hosts)))
        done = match.start() + len(address)
        if len(found) == 2 * LINKS_MOST:
            break
    found.append(Piece(text[done:]))
    return [piece for piece in found if piece.text]


def films_of(parts: Collection[Piece]) -> list[int]:
    """The films whose cards a text brings, each once, the first of them alone."""
    ids = dict.fromkeys(part.film_id for part in parts if part.film_id is not None)
    return list(ids)[:FILMS_MOST]


def _trimmed(address: str) -> str:
    """An address without what ends the sentence around it."""
    # Counted once: to count anew for each that goes takes long where somebody writes thousands.
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
