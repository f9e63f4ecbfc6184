"""Trusted proxies: their X-Forwarded-For and X-Forwarded-Proto say who the client is."""

from collections.abc import Container
from typing import cast

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kinoteka.http.mechanics.response import ASGIApplication, Receive, Scope, Send
from kinoteka.infrastructure.settings import Settings

UNIX = "unix"
"""The address of clients of a Unix socket if no proxy sends another."""
IS_FROM_TRUSTED_PROXY = "kinoteka.is_from_trusted_proxy"
"""The key of a scope whose request was passed on by a trusted proxy."""


def trusts_proxies(settings: Settings) -> bool:
    """Return whether the headers of any proxy are trusted."""
    return bool(settings.trusted_proxies or settings.unix_socket)


def behind_proxies(application: ASGIApplication, settings: Settings) -> ASGIApplication:
    """Return the application behind the proxies that the settings trust.

    Every client of the Unix socket is trusted, too.
    """
    if not trusts_proxies(settings):
        return application
    trusted = settings.trusted_proxies
    if settings.unix_socket and trusted != "*":
        trusted = ",".join(filter(None, (trusted, UNIX)))
    proxies = _TrustedProxiesMiddleware(application, trusted)  # type: ignore[arg-type]
    return cast(ASGIApplication, proxies)


def trusted_hosts(trusted: str) -> Container[str]:
    """Return the addresses of trusted proxies as `behind_proxies` reads them."""
    found = ProxyHeadersMiddleware(_serve_nothing, trusted or [])
    return cast(Container[str], found.trusted_hosts)


async def _serve_nothing(*_: object) -> None:
    """Serve nothing."""


class _TrustedProxiesMiddleware(ProxyHeadersMiddleware):
    """The middleware of uvicorn; it also marks the scopes of requests from trusted proxies."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        """Serve one connection of any kind."""
        client = scope.get("client")
        if client is None and scope["type"] != "lifespan":
            client = scope["client"] = (UNIX, 0)
        if client and client[0] in self.trusted_hosts:
            scope[IS_FROM_TRUSTED_PROXY] = True
        await super().__call__(scope, receive, send)  # type: ignore[arg-type]
