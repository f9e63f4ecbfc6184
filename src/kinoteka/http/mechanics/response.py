"""Responses: a status, headers and bytes, and how they are sent over ASGI."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from kinoteka.infrastructure.tasks import end_tasks

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
Scope = MutableMapping[str, Any]
Headers = list[tuple[bytes, bytes]]
ASGIApplication = Callable[[Scope, Receive, Send], Awaitable[None]]

RESPONSE_HEADERS = "kinoteka.response_headers"
"""The key of a scope with headers that its response gets in any case."""
NO_HEADERS: Headers = []
WITHOUT_LENGTH = (204, 304)
"""Statuses of responses without a Content-Length (RFC 9110, 8.6)."""
STATUS = "kinoteka.status"
"""The key of a scope with the status of its response."""

encode = msgspec.json.Encoder().encode

# Headers of every response (OWASP REST Security Cheat Sheet): the responses of an API load nothing.
# Each header costs a microsecond and a half, so there are no others.
NOTHING_LOADS = b"default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
SAFE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", NOTHING_LOADS),
]
JSON: Headers = [*SAFE, (b"content-type", b"application/json")]
JSON_UNCACHED: Headers = [*JSON, (b"cache-control", b"no-store")]


@dataclass(slots=True)
class Response:
    """A response. `headers` are all but Content-Length. `stream` replaces the body.

    A `personal` response is never cached, even if its route is.
    """

    status: int
    body: bytes = b""
    headers: Headers = field(default_factory=lambda: JSON_UNCACHED)
    stream: Callable[[], Any] | None = None
    personal: bool = False


def json_response(
    status: int, schema: object, extra: Iterable[tuple[bytes, bytes]] = ()
) -> Response:
    """Return a JSON response that clients do not cache."""
    return Response(status, encode(schema), [*JSON_UNCACHED, *extra])


def empty_response(status: int, extra: Iterable[tuple[bytes, bytes]] = ()) -> Response:
    """Return a response without a body."""
    return Response(status, b"", [*SAFE, (b"cache-control", b"no-store"), *extra])


def schema_response(status: int, schema: object) -> Response:
    """Return the response for the result of a handler. None has no body."""
    if schema is None:
        return empty_response(status)
    return Response(status, encode(schema), JSON_UNCACHED)


async def until_disconnect(receive: Receive, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield the chunks of a stream until the client disconnects.

    ASGI servers discard what is sent to a client that has disconnected.
    """
    leaving = asyncio.ensure_future(_left(receive))
    try:
        async for chunk in chunks:
            yield chunk
            if leaving.done():
                break
    finally:
        await end_tasks(leaving)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def send_response(response: Response, scope: Scope, send: Send) -> None:
    """Send a response with the headers of `add_headers`; without its body for a HEAD request."""
    scope[STATUS] = response.status
    added: Headers = scope.get(RESPONSE_HEADERS, NO_HEADERS)
    if response.stream is not None or response.status in WITHOUT_LENGTH:
        headers = [*response.headers, *added]
    else:
        headers = [*response.headers, (b"content-length", b"%d" % len(response.body)), *added]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    with_body = scope["method"] != "HEAD"
    if response.stream is not None and with_body:
        async for chunk in response.stream():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": response.body if with_body else b""})


def add_headers(scope: Scope, headers: Headers) -> None:
    """Add headers to the response, whichever it will be, or to the handshake of a WebSocket.

    Middlewares use this instead of a wrapped `send`, which would cost half a microsecond each.
    """
    scope[RESPONSE_HEADERS] = [*scope.get(RESPONSE_HEADERS, NO_HEADERS), *headers]
