"""Request ids: by what the lines of the log and the answer of one request are found.

Each answer has one in X-Request-Id. A trusted proxy may give it; nobody else may, since the log
would then say what they like.
"""

import itertools
import re
import secrets
from collections.abc import Awaitable, Callable, Container
from typing import cast

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kinoteka.http.mechanics.response import Receive, Scope, Send
from kinoteka.infrastructure.settings import Settings

Application = Callable[[Scope, Receive, Send], Awaitable[None]]

HEADER = b"x-request-id"
GIVEN = re.compile(rb"[A-Za-z0-9._-]{1,64}")
UNIX = "unix"
"""The address of clients of a Unix socket that a proxy says nothing of."""
TRUSTED = "through_trusted_proxy"


class RequestIds:
    """Ids of one server's requests: a prefix that no other has, and a number."""

    def __init__(self, *, behind_proxies: bool = True) -> None:
        self._behind_proxies = behind_proxies
        self._prefix = secrets.token_hex(5).encode()
        self._numbers = itertools.count(1)

    def next(self, scope: Scope) -> bytes:
        """The id of a request: what a trusted proxy calls it, or a new one."""
        if self._behind_proxies and TRUSTED in scope:
            given = dict(scope["headers"]).get(HEADER)
            if given is not None and GIVEN.fullmatch(given):
                return bytes(given)
        return b"%b-%x" % (self._prefix, next(self._numbers))


def believes_proxies(settings: Settings) -> bool:
    """Whether any client may tell for whom it asks."""
    return bool(settings.trusted_proxies or settings.unix_socket)


def behind_proxies(application: Application, settings: Settings) -> Application:
    """The application, told by trusted proxies who its clients are.

    Those are the ones that the settings name, and whoever may connect to the Unix socket.
    """
    if not believes_proxies(settings):
        return application
    trusted = settings.trusted_proxies
    if settings.unix_socket and trusted != "*":
        trusted = ",".join(filter(None, (trusted, UNIX)))
    proxies = _TrustedProxies(application, trusted)  # type: ignore[arg-type]
    return cast(Application, proxies)


def trusted_hosts(trusted: str) -> Container[str]:
    """Return the addresses of trusted proxies, as `behind_proxies` understands them."""
    found = ProxyHeadersMiddleware(_no_application, trusted or [])
    return cast(Container[str], found.trusted_hosts)


async def _no_application(*_: object) -> None:
    """Serve nothing."""


class _TrustedProxies(ProxyHeadersMiddleware):
    """uvicorn's, which believes trusted proxies' X-Forwarded-For; and notes that it does."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        """Serve one connection of any of ASGI's kinds."""
        client = scope.get("client")
        if client is None and scope["type"] != "lifespan":
            client = scope["client"] = (UNIX, 0)
        if client and client[0] in self.trusted_hosts:
            scope[TRUSTED] = True
        await super().__call__(scope, receive, send)  # type: ignore[arg-type]
