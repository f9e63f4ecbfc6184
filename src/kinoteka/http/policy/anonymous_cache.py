"""The shortcut for anonymous readers: cached responses without routing and authentication.

Most requests are of this kind, and everything that the shortcut leaves out costs more than the
response. Measuring the duration would cost too much as well, so these responses are only counted.
"""

from collections.abc import Awaitable

from kinoteka.core.access.service import Access
from kinoteka.http.mechanics.representations import accepts_gzip
from kinoteka.http.mechanics.request import HEADERS
from kinoteka.http.mechanics.response import (
    ASGIApplication,
    Receive,
    Response,
    Scope,
    Send,
    send_response,
)
from kinoteka.http.policy.response_cache import MISSING_KEY, ResponseCache


class AnonymousCacheMiddleware:
    """Sends cached responses to requests without credentials; passes all others on."""

    def __init__(self, application: ASGIApplication, cache: ResponseCache, access: Access) -> None:
        self._application = application
        self._cache = cache
        self._access = access

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one connection of the kinds http and websocket."""
        response = self._cached_response(scope)
        if response is None:
            return self._application(scope, receive, send)
        return send_response(response, scope, send)

    def _cached_response(self, scope: Scope) -> Response | None:
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        headers = scope[HEADERS] = dict(scope["headers"])
        if b"authorization" in headers or b"cookie" in headers:
            return None
        anonymous = self._access.cached_anonymous
        if anonymous is None:
            return None
        key = (scope["path"], scope["query_string"], anonymous.labels, accepts_gzip(headers))
        cached = self._cache.get(key)
        if cached is None:
            scope[MISSING_KEY] = key
            return None
        if not cached.needs_no_identity:
            return None
        if b"host" not in headers or len(headers) != len(scope["headers"]):
            return None  # a header is repeated, perhaps Host
        response = cached.form.choose(headers)
        endpoint = cached.endpoint
        endpoint.metrics.unmeasured[response.status] += 1
        scope["route"] = endpoint.route
        scope["endpoint"] = endpoint.route.handler
        return response
