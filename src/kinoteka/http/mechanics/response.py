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
    return json_response(status, shape) if shape is not None else empty_response(status)


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


async def send_response(response: Response, send: Send, extra: Headers, *, with_body: bool) -> None:
    """Send an answer with these headers, too; without its body where the request was a HEAD."""
    if response.stream is not None:
        await _send_stream(response, send, extra, with_body=with_body)
        return
    if response.status in (204, 304):
        headers = [*response.headers, *extra]
    else:
        headers = [*response.headers, (b"content-length", b"%d" % len(response.body)), *extra]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    await send({"type": "http.response.body", "body": response.body if with_body else b""})


async def _send_stream(response: Response, send: Send, extra: Headers, *, with_body: bool) -> None:
    headers = [*response.headers, *extra]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if with_body and response.stream is not None:
        async for chunk in response.stream():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
