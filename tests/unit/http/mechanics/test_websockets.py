"""WebSockets as ASGI sees them: the handshake, the events, the ends."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

from kinoteka.http.mechanics import websockets as sockets
from kinoteka.http.mechanics.response import Scope, add_headers, json_response
from kinoteka.http.mechanics.websockets import reject_handshake, send_events
from kinoteka.http.policy.event_streams import ListenerStream
from kinoteka.realtime.fanout import Ending, Listener
from tests.support.polling import TIMEOUT

EXTRA = [(b"x-request-id", b"ab-1")]


def scope() -> Scope:
    """Return the scope of a handshake, after a middleware has added headers."""
    scope: Scope = {"extensions": {"websocket.http.response": {}}}
    add_headers(scope, EXTRA)
    return scope


class Client:
    """The other end: what it says, what it gets, and whether it takes anything."""

    def __init__(self) -> None:
        self.says: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.got: asyncio.Queue[MutableMapping[str, Any]] = asyncio.Queue()
        self.takes = asyncio.Event()
        self.takes.set()

    async def receive(self) -> dict[str, Any]:
        return await self.says.get()

    async def send(self, message: MutableMapping[str, Any]) -> None:
        await self.takes.wait()
        self.got.put_nowait(message)

    def say(self, text: str) -> None:
        self.says.put_nowait({"type": "websocket.receive", "text": text})

    def leave(self) -> None:
        self.says.put_nowait({"type": "websocket.disconnect", "code": 1005})

    async def taken(self) -> MutableMapping[str, Any]:
        return await asyncio.wait_for(self.got.get(), TIMEOUT)


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
async def listener() -> Listener[int]:
    return Listener("channel")


@pytest.fixture
async def following(client: Client, listener: Listener[int]):
    task = asyncio.create_task(
        send_events(ListenerStream(listener, str), scope(), client.receive, client.send)
    )
    assert await client.taken() == {"type": "websocket.accept", "headers": EXTRA}
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_events_go_out_as_text_in_order(client, listener, following):
    for number in range(3):
        listener.offer(number)
    sent = [await client.taken() for _ in range(3)]
    assert sent == [{"type": "websocket.send", "text": text} for text in "012"]


async def test_frame_may_be_awaited_and_may_be_none(client, listener):
    async def frame(number: int) -> str | None:
        await asyncio.sleep(0)
        return str(number) if number % 2 else None

    events = ListenerStream(listener, frame)
    task = asyncio.create_task(send_events(events, scope(), client.receive, client.send))
    await client.taken()
    for number in range(4):
        listener.offer(number)
    assert [(await client.taken())["text"] for _ in range(2)] == ["1", "3"]
    listener.end(Ending.MISSED)
    assert (await client.taken())["code"] == 1012
    await asyncio.wait_for(task, TIMEOUT)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        (Ending.SLOW, 1013),
        (Ending.MISSED, 1012),
        (Ending.SESSION_OVER, 4401),
        (Ending.LEFT, 1000),
    ],
)
async def test_close_code_tells_why_the_stream_ended(client, listener, following, reason, code):
    listener.end(reason)
    assert await client.taken() == {"type": "websocket.close", "code": code}
    await asyncio.wait_for(following, TIMEOUT)


async def test_listener_ends_when_the_client_disconnects(client, listener, following):
    client.leave()
    await asyncio.wait_for(following, TIMEOUT)
    assert await listener.ended is Ending.LEFT
    assert client.got.empty()


async def test_frames_of_the_client_are_ignored_up_to_a_limit(client, listener, following):
    for _ in range(sockets.MAX_FRAMES):
        client.say("hello")
    listener.offer(1)
    assert (await client.taken())["text"] == "1"
    client.say("once more")
    assert await client.taken() == {"type": "websocket.close", "code": 1008}


async def test_connection_is_abandoned_when_the_client_reads_nothing(
    client, listener, following, monkeypatch
):
    monkeypatch.setattr(sockets, "CLOSE_SECONDS", 0.05)
    client.takes.clear()
    listener.offer(1)
    await asyncio.sleep(0.01)
    listener.end(Ending.SLOW)
    await asyncio.wait_for(following, TIMEOUT)
    assert client.got.empty()


async def test_rejected_handshake_is_an_http_response(client):
    response = json_response(401, {"error": "unauthorized"})
    await reject_handshake(scope(), client.send, response)
    start, body = await client.taken(), await client.taken()
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 401)
    assert start["headers"] == [*response.headers, *EXTRA]
    assert body == {"type": "websocket.http.response.body", "body": response.body}


async def test_handshake_is_closed_when_the_server_cannot_respond(client):
    await reject_handshake({}, client.send, json_response(401, {}))
    assert await client.taken() == {"type": "websocket.close", "code": 1008}
