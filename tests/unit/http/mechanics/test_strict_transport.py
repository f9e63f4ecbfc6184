"""Strict transport security; `test_response_headers.py` checks it over the wire."""

from typing import Any

import pytest

from kinoteka.http.mechanics.response import RESPONSE_HEADERS, Scope
from kinoteka.http.mechanics.strict_transport import HEADERS, StrictTransportMiddleware


async def headers_over(scheme: str, *, is_public_over_https: bool) -> object:
    """Return the headers that responses over a scheme get."""
    scope: Scope = {"type": "http", "scheme": scheme}

    async def application(*_: object) -> None:
        """Respond with nothing."""

    async def channel(*_: object) -> Any:
        """Neither receive nor send anything."""

    middleware = StrictTransportMiddleware(application, is_public_over_https=is_public_over_https)
    await middleware(scope, channel, channel)
    return scope.get(RESPONSE_HEADERS)


@pytest.mark.parametrize("scheme", ["https", "wss"])
async def test_response_over_https_asks_for_https(scheme: str) -> None:
    assert await headers_over(scheme, is_public_over_https=False) == HEADERS


async def test_response_over_http_does_not_ask_for_https() -> None:
    assert await headers_over("http", is_public_over_https=False) is None


async def test_every_response_asks_for_https_when_the_server_is_public_over_it() -> None:
    assert await headers_over("http", is_public_over_https=True) == HEADERS
