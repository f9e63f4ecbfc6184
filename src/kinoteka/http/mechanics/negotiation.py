"""Content negotiation: whether a client prefers a page (RFC 9110, 12.5.1)."""

from collections.abc import Mapping

HTML = "text/html"
JSON = "application/json"
LONGEST = 1000
"""Characters of an Accept header that are read. Browsers send fewer."""


def ranges(accept: str) -> list[tuple[str, float]]:
    """Return the media ranges of an Accept header, each with its quality from 0 to 1."""
    found = []
    for part in accept.split(","):
        media_type, *parameters = (each.strip().lower() for each in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                quality = _quality(parameter[2:])
        found.append((media_type, quality))
    return found


def prefers_page(headers: Mapping[bytes, bytes]) -> bool:
    """Return whether a request accepts HTML and prefers nothing else.

    Browsers do when they open an address. API clients accept JSON, anything or nothing.
    """
    accept = headers.get(b"accept", b"")
    if len(accept) > LONGEST or b"text/html" not in accept.lower():
        return False
    named = dict(reversed(ranges(accept.decode("latin-1"))))
    html = named.get(HTML, 0.0)
    return html > 0 and html >= max(named.get(JSON, 0.0), named.get("*/*", 0.0))


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0
