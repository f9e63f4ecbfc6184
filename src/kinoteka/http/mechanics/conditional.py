"""Conditional requests: decide whether a client gets 304 (RFC 9110, 13.1.2).

Handlers and caches set an entity tag and nothing more. Every other module asks this one.
"""

from collections.abc import Iterable

from kinoteka.http.mechanics.response import Response

PRESERVED = (b"cache-control", b"content-location", b"etag", b"expires", b"vary")
"""Headers of the response that a 304 repeats (RFC 9110, 15.4.5)."""


def matches(if_none_match: bytes, etags: Iterable[bytes]) -> bool:
    """Return whether the header lists one of these entity tags or is `*`.

    `etags` include their quotes. A quote cannot occur inside a tag, so a tag within the header's
    text is an element of its list. A weak tag matches too, as the weak comparison wants.
    """
    for etag in etags:  # a loop, because cached responses pass here
        if etag in if_none_match:
            return True
    return if_none_match.strip() == b"*"


def not_modified(response: Response) -> Response:
    """Return the 304 for a client that already has this response.

    Only a 200 has one. Any other response is returned as it is.
    """
    if response.status != 200:
        return response
    return Response(304, b"", [pair for pair in response.headers if pair[0] in PRESERVED])


def respond(response: Response, if_none_match: bytes) -> Response:
    """Return 304 instead of the response to a GET or HEAD if the client already has it."""
    etags = [value for name, value in response.headers if name == b"etag"]
    return not_modified(response) if matches(if_none_match, etags) else response
