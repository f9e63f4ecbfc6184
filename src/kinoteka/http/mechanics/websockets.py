"""WebSockets: one that follows a listener, from the handshake to the close code.

The handshake is accepted only where the request is allowed; any other is refused as an HTTP
answer in the contract's dialect (ASGI's WebSocket Denial Response). The server sends
pings and closes a connection on which none is answered (`http_protocol.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from kinoteka.http.mechanics.response import Headers, Receive, Response, Scope, Send
from kinoteka.infrastructure.tasks import end_tasks
from kinoteka.realtime.fanout import Ending, Listener

# RFC 6455, 7.4, and its registry; 4000 to 4999 are for applications.
POLICY_VIOLATION = 1008
CLOSE_CODES = {
    Ending.SLOW: 1013,
    Ending.MISSED: 1012,
    Ending.SESSION_OVER: 4401,
    Ending.LEFT: 1000,
}
CLOSE_SECONDS = 5

# What clients send is not listened to; some send a sign of life now and then.
FRAMES_MOST = 120
FRAMES_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Following:
    """What a WebSocket's handler returns: whom to hear, and how an event is written down.

    `frame` is called once per listener and event, so it has to keep what it has written. Where
    it gives None, which only one that is awaited may, nothing is sent.
    """

    listener: Listener[Any]
    frame: Callable[[Any], str | Awaitable[str | None]]


async def reject_handshake(scope: Scope, send: Send, response: Response, extra: Headers) -> None:
    """Answer the handshake with a refusal; a server without that extension answers 403."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    await send(
        {
            "type": "websocket.http.response.start",
            "status": response.status,
            "headers": [*response.headers, *extra],
        }
    )
    await send({"type": "websocket.http.response.body", "body": response.body})


async def follow(following: Following, receive: Receive, send: Send, extra: Headers) -> None:
    """Accept the handshake and send every event until either side has had enough."""
    listener = following.listener
    try:
        await send({"type": "websocket.accept", "headers": extra})
        code = await _until_over(following, receive, send)
        if code is not None:
            message = {"type": "websocket.close", "code": code}
            async with asyncio.timeout(CLOSE_SECONDS):
                await send(message)
    except (OSError, TimeoutError):
        pass  # the client is gone, or takes nothing any more
    finally:
        listener.end(Ending.LEFT)


async def _until_over(following: Following, receive: Receive, send: Send) -> int | None:
    """The code to close with; None: the client has left."""
    tasks = [
        asyncio.ensure_future(_pass_over(receive)),
        asyncio.ensure_future(_forward(following, send)),
    ]
    ended = following.listener.ended
    try:
        either: list[asyncio.Future[Any]] = [*tasks, ended]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            return CLOSE_CODES[ended.result()]
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
        if frames > FRAMES_MOST:
            return POLICY_VIOLATION


async def _forward(following: Following, send: Send) -> int | None:
    while True:
        written = following.frame(await following.listener.next())
        text = written if isinstance(written, str) else await written
        if text is not None:
            await send({"type": "websocket.send", "text": text})
