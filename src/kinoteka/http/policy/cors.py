"""Cross-origin resource sharing (CORS): which pages of other origins may read responses."""

import re
from collections.abc import Awaitable, Mapping

from kinoteka.http.mechanics.request import headers_of
from kinoteka.http.mechanics.response import (
    ASGIApplication,
    Headers,
    Receive,
    Scope,
    Send,
    add_headers,
)

REQUESTED = b"access-control-request-headers"
USUAL_HEADERS = b"authorization, content-type, csrf-token, x-csrf-token"
HEADER_NAMES = re.compile(rb"[\w!#$%&'*+.^`|~-]+([ \t]*,[ \t]*[\w!#$%&'*+.^`|~-]+){0,99}")
"""A list of header names (RFC 9110, 5.1)."""


class CorsMiddleware:
    """Lets pages of the allowed origins read every response."""

    def __init__(self, application: ASGIApplication, allowed: tuple[str, ...]) -> None:
        self._application = application
        self._allowed = allowed

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one connection of the kinds http and websocket."""
        if scope["type"] == "http":
            origin = headers_of(scope).get(b"origin")
            add_headers(scope, allow_origin(origin, self._allowed))
        return self._application(scope, receive, send)


def allow_origin(origin: bytes | None, allowed: tuple[str, ...]) -> Headers:
    """Return the headers that let a page of an allowed origin read the response."""
    if not allowed:
        return []
    vary: Headers = [(b"vary", b"origin")]
    if origin is None or not _is_allowed(origin, allowed):
        return vary
    return [
        *vary,
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"x-total-count, link, retry-after, www-authenticate"),
    ]


def allow_preflight(
    methods: str, headers: Mapping[bytes, bytes], allowed: tuple[str, ...]
) -> Headers:
    """Return the headers of the response to a preflight, beyond those of `allow_origin`."""
    if not _is_allowed(headers.get(b"origin"), allowed):
        return []
    requested = headers.get(REQUESTED, b"")
    return [
        (b"access-control-allow-methods", methods.encode()),
        (
            b"access-control-allow-headers",
            requested if HEADER_NAMES.fullmatch(requested) else USUAL_HEADERS,
        ),
        (b"access-control-max-age", b"600"),
        (b"vary", REQUESTED),
    ]


def _is_allowed(origin: bytes | None, allowed: tuple[str, ...]) -> bool:
    return origin is not None and origin.decode("latin-1") in allowed
