"""Answers: a status, headers and bytes, made ready for ASGI."""

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

# What every answer carries (OWASP REST Security Cheat Sheet): an API's answers load nothing and
# lead nowhere. No more than needed, for each header costs a microsecond and a half.
NOTHING_LOADS = b"default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
SAFE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", NOTHING_LOADS),
]
JSON: Headers = [*SAFE, (b"content-type", b"application/json")]
JSON_UNCACHED: Headers = [*JSON, (b"cache-control", b"no-store")]


@dataclass(slots=True)
class Response:
    """What goes back; `headers` are all but content-length. `stream` stands in for a body.

    One that is `personal` is never cached for others, though its route's answers are.
    """

    status: int
    body: bytes = b""
    headers: Headers = field(default_factory=lambda: JSON_UNCACHED)
    stream: Callable[[], Any] | None = None
    personal: bool = False


def json_response(
    status: int, shape: object, extra: Iterable[tuple[bytes, bytes]] = ()
) -> Response:
    """A JSON answer that nobody caches."""
    return Response(status, encode(shape), [*JSON_UNCACHED, *extra])


def empty_response(status: int, extra: Iterable[tuple[bytes, bytes]] = ()) -> Response:
    """An answer without a body."""
    return Response(status, b"", [*SAFE, (b"cache-control", b"no-store"), *extra])


def schema_response(status: int, shape: object) -> Response:
    """Return what a handler gives back as an answer; None has no body."""
    if shape is None:
        return empty_response(status)
    return Response(status, encode(shape), JSON_UNCACHED)


async def until_gone(receive: Receive, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks of a stream, as long as there is a client to read them.

    ASGI servers take whatever is sent to a client that has left, and throw it away.
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
