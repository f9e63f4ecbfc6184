"""A thousand chat connections on one worker: their memory, and the delay of a message to all.

Two accounts have 500 WebSockets each in one chat, so every message goes to a thousand clients. The
delay is the time from the moment when the message is sent over HTTP until a client has its frame.
The clients are other processes, on the other core.
"""

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles

import httpx
import uvloop

from benchmarks.load import LOAD_CORE
from benchmarks.servers import Process, kinoteka, pinned

SOCKETS = 500
MESSAGES = 100
PAUSE = 0.2
PASSWORD = "correct horse battery"
HANDSHAKE = (
    "GET /messages/live HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n"
    "Sec-WebSocket-Version: 13\r\nCookie: {cookie}\r\n\r\n"
)
MEDIUM, LARGE = 126, 127
PING = 0x89


class Listener(asyncio.Protocol):
    """A WebSocket client that records when each message arrives and does little else."""

    def __init__(self, hello: bytes, heard: dict[int, list[float]]) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._hello = hello
        self._heard = heard
        self._data = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the request of the handshake."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        """Receive frames, or the response to the handshake."""
        at = time.perf_counter()
        self._data += data
        if not self.opened.done():
            head, found, rest = self._data.partition(b"\r\n\r\n")
            if not found:
                return
            if b" 101 " not in head:
                self.opened.set_exception(ConnectionError(head.decode()))
                return
            self._data = rest
            self.opened.set_result(None)
        while frame := self._frame():
            self._take(*frame, at)

    def _frame(self) -> tuple[int, bytes] | None:
        data = self._data
        if len(data) < 2:
            return None
        length, begin = data[1], 2
        if length == MEDIUM:
            length, begin = int.from_bytes(data[2:4]), 4
        elif length == LARGE:
            length, begin = int.from_bytes(data[2:10]), 10
        if len(data) < begin + length:
            return None
        self._data = data[begin + length :]
        return data[0], data[begin : begin + length]

    def _take(self, kind: int, payload: bytes, at: float) -> None:
        if kind == PING and self._transport is not None:
            self._transport.write(bytes([0x8A, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
            return
        found = re.search(rb'"type":"new","message":\{"id":(\d+)', payload)
        if found:
            self._heard.setdefault(int(found.group(1)), []).append(at)


async def listen(url: str, cookies: list[str]) -> None:
    """Open the sockets, report it, and print the times of arrival when the input ends."""
    host = url.removeprefix("http://")
    name, port = host.split(":")
    heard: dict[int, list[float]] = {}
    loop = asyncio.get_running_loop()
    sockets = []
    for cookie in cookies:
        hello = HANDSHAKE.format(host=host, cookie=cookie).encode()
        for _ in range(SOCKETS):
            _, socket = await loop.create_connection(
                partial(Listener, hello, heard), name, int(port)
            )
            await socket.opened
            sockets.append(socket)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps(heard), flush=True)


@contextmanager
def listening(url: str, cookies: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Run the clients in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.chat_connections", url, *cookies]
    process = subprocess.Popen(
        pinned(command, LOAD_CORE), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.wait()


def member(url: str, name: str) -> httpx.Client:
    """Return a client that has signed in to a new account."""
    client = httpx.Client(base_url=url)
    body = {"login": name, "email": f"{name}@example.com", "password": PASSWORD}
    client.post("/signup", json=body).raise_for_status()
    client.get("/messages", headers={"accept": "text/html"}).raise_for_status()
    return client


def measure(server: Process) -> tuple[float, float, float, list[float]]:
    """Return the resident MB without and with the connections, the processor time of a message and
    its delays, in ms.
    """
    anna, boris = member(server.url, "anna"), member(server.url, "boris")
    other = boris.get("/users").json()["id"]
    chat = anna.post("/chats", json={"user_id": other}).json()["id"]
    cookies = [f"session_id={each.cookies['session_id']}" for each in (anna, boris)]
    before = server.resident_megabytes()
    with listening(server.url, cookies) as process:
        sent: dict[int, float] = {}
        worked = server.processor_seconds()
        for number in range(MESSAGES):
            began = time.perf_counter()
            body = {"text": f"Message {number}: have you seen it? It is on again tonight."}
            found = anna.post(f"/chats/{chat}/messages", json=body).raise_for_status().json()
            sent[found["id"]] = began
            time.sleep(PAUSE)
        time.sleep(1)
        work = (server.processor_seconds() - worked) * 1000 / MESSAGES
        resident = server.resident_megabytes()
        output, _ = process.communicate(input="")
    heard = {int(key): times for key, times in json.loads(output).items()}
    assert all(len(heard[each]) == 2 * SOCKETS for each in sent), "somebody has not heard"
    delays = [(at - began) * 1000 for each, began in sent.items() for at in heard[each]]
    return before, resident, work, delays


def run(data: Path, show: Callable[..., None]) -> None:
    """Measure and show the results with their targets."""
    with kinoteka(data) as server:
        before, resident, work, delays = measure(server)
    middle, late = median(delays), quantiles(delays, n=100)[98]
    many = f"{2 * SOCKETS:,} chat connections"
    show(f"memory with {many}, MB", before, resident, resident / before, "< 150")
    show(f"a message to all of {many}, ms: median, p99", middle, late, late / middle, "< 100")
    show("processor time of that message, ms", 0, work, 0, "")


if __name__ == "__main__":
    uvloop.run(listen(sys.argv[1], sys.argv[2:]))
