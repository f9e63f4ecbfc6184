"""WebSockets: one that follows a listener, from the handshake to the close code.

The handshake is accepted only where the request is allowed; any other is refused as an HTTP
answer in the contract's dialect (ASGI's WebSocket Denial Response). The server sends
pings and closes a connection on which none is answered (`http_protocol.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from kinoteka.http.mechanics.response import RESPONSE_HEADERS, Receive, Response, Scope, Send
from kinoteka.infrastructure.tasks import end_tasks

POLICY_VIOLATION = 1008
"""A close code (RFC 6455, 7.4)."""
CLOSE_SECONDS = 5

# What clients send is not listened to; some send a sign of life now and then.
MAX_FRAMES = 120
FRAMES_SECONDS = 60


class EventStream(Protocol):
    """The events that a WebSocket sends. A WebSocket's handler returns one."""

    @property
    def frame(self) -> Callable[[Any], str | Awaitable[str | None]]:
        """Return the text frame of an event.

        It is called once per connection and event. It may return an awaitable of None: then
        nothing is sent.
        """

    @property
    def ended(self) -> asyncio.Future[Any]:
        """Done when no more events follow."""

    def next(self) -> Awaitable[Any]:
        """Return the next event. Wait for it if there is none yet."""

    def close_code(self) -> int:
        """Return the code to close the connection with (RFC 6455, 7.4) once `ended` is done."""

    def close(self) -> None:
        """Receive no more events: the connection is closed."""


async def reject_handshake(scope: Scope, send: Send, response: Response) -> None:
    """Reject the handshake with a response. A server without that extension responds 403."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    await send(
        {
            "type": "websocket.http.response.start",
            "status": response.status,
            "headers": [*response.headers, *scope.get(RESPONSE_HEADERS, ())],
        }
    )
    await send({"type": "websocket.http.response.body", "body": response.body})


async def send_events(events: EventStream, scope: Scope, receive: Receive, send: Send) -> None:
    """Accept the handshake and send every event until the stream or the client ends."""
    try:
        await send({"type": "websocket.accept", "headers": scope.get(RESPONSE_HEADERS, [])})
        code = await _until_over(events, receive, send)
        if code is not None:
            message = {"type": "websocket.close", "code": code}
            async with asyncio.timeout(CLOSE_SECONDS):
                await send(message)
    except (OSError, TimeoutError):
        pass  # the client is gone, or takes nothing any more
    finally:
        events.close()


async def _until_over(events: EventStream, receive: Receive, send: Send) -> int | None:
    """The code to close with; None: the client has left."""
    tasks = [
        asyncio.ensure_future(_pass_over(receive)),
        asyncio.ensure_future(_forward(events, send)),
    ]
    ended = events.ended
    try:
        either: list[asyncio.Future[Any]] = [*tasks, ended]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            return events.close_code()
        for task in tasks:
            if task.done():
                return task.result()
        return None
    finally:
        await end_tasks(*tasks, within=CLOSE_SECONDS)


async def _pass_over(receive: Receive) -> int | None:
    """Take in what the client sends, until it leaves or sends far too much."""
    loop = asyncio.get_running_loop()
    since, frames = loop.time(), 0
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            return None
        if loop.time() - since > FRAMES_SECONDS:
            since, frames = loop.time(), 0
        frames += 1
        if frames > MAX_FRAMES:
            return POLICY_VIOLATION


async def _forward(events: EventStream, send: Send) -> int | None:
    frame, next_event = events.frame, events.next
    while True:
        written = frame(await next_event())
        text = written if isinstance(written, str) else await written
        if text is not None:
            await send({"type": "websocket.send", "text": text})
