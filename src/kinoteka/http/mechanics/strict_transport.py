"""Strict transport security: browsers that came over HTTPS come back over HTTPS only."""

from collections.abc import Awaitable

from kinoteka.http.mechanics.request import HTTPS_SCHEMES
from kinoteka.http.mechanics.response import (
    ASGIApplication,
    Headers,
    Receive,
    Scope,
    Send,
    add_headers,
)

HEADERS: Headers = [(b"strict-transport-security", b"max-age=31536000; includeSubDomains")]
"""A year, for the host and its subdomains (OWASP ASVS 5, 3.4.1)."""


class StrictTransportMiddleware:
    """Adds the header to responses over HTTPS, or to all if the server is public over HTTPS."""

    def __init__(self, application: ASGIApplication, *, is_public_over_https: bool) -> None:
        self._application = application
        self._is_https = is_public_over_https

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one connection of the kinds http and websocket."""
        if self._is_https or scope["scheme"] in HTTPS_SCHEMES:
            add_headers(scope, HEADERS)
        return self._application(scope, receive, send)
