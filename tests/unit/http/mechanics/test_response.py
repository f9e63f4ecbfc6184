"""Streams end when nobody is left to read them."""

import asyncio
from collections.abc import AsyncIterator

from kinoteka.http.mechanics.response import Message, until_disconnect


class Client:
    """A client that leaves when told to."""

    def __init__(self) -> None:
        self.leaves = asyncio.Event()
        self.has_sent = False

    async def receive(self) -> Message:
        if not self.has_sent:
            self.has_sent = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.leaves.wait()
        return {"type": "http.disconnect"}


async def numbers(many: int) -> AsyncIterator[bytes]:
    for number in range(many):
        yield b"%d" % number
        await asyncio.sleep(0)


async def test_connected_client_gets_the_whole_stream() -> None:
    client = Client()
    got = [chunk async for chunk in until_disconnect(client.receive, numbers(100))]
    assert got == [b"%d" % number for number in range(100)]


async def test_stream_stops_when_the_client_disconnects() -> None:
    client, got = Client(), 0
    async for _ in until_disconnect(client.receive, numbers(1000)):
        got += 1
        if got == 10:
            client.leaves.set()
    assert 10 <= got < 20


async def test_it_listens_no_longer_than_it_sends() -> None:
    client = Client()
    before = asyncio.all_tasks()
    assert len([chunk async for chunk in until_disconnect(client.receive, numbers(3))]) == 3
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
