"""Request ids, by which the log lines and the response of one request can be found.

Every response has its id in X-Request-Id. Only a trusted proxy may choose the id: otherwise any
client could write what it likes into the log.
"""

import itertools
import re
import secrets
from collections.abc import Awaitable

from kinoteka.http.mechanics.request import headers_of
from kinoteka.http.mechanics.response import RESPONSE_HEADERS, ASGIApplication, Receive, Scope, Send
from kinoteka.http.mechanics.trusted_proxies import IS_FROM_TRUSTED_PROXY
from kinoteka.infrastructure.logging import REQUEST_ID

HEADER = b"x-request-id"
VALID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class RequestIds:
    """The ids of one server's requests: a random prefix and a number."""

    def __init__(self) -> None:
        self._prefix = secrets.token_hex(5).encode()
        self._numbers = itertools.count(1)

    def next(self, scope: Scope) -> bytes:
        """Return the id that a trusted proxy has sent, or a new one."""
        if IS_FROM_TRUSTED_PROXY in scope:
            sent = headers_of(scope).get(HEADER)
            if sent is not None and VALID.fullmatch(sent):
                return sent
        return b"%b-%x" % (self._prefix, next(self._numbers))


class RequestIdMiddleware:
    """Gives every request an id: in the scope for the log, and in a header of the response.

    It comes before all middlewares that add headers.
    """

    def __init__(self, application: ASGIApplication) -> None:
        self._application = application
        self._ids = RequestIds()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one connection of the kinds http and websocket."""
        request_id = scope[REQUEST_ID] = self._ids.next(scope)
        scope[RESPONSE_HEADERS] = [(HEADER, request_id)]
        return self._application(scope, receive, send)
