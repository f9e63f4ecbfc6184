"""Writes: the server's processor time for a bookmark, a refresh and a renewal of tokens.

    python -m benchmarks writes
    KINOTEKA_OTHER=/path/to/another/checkout python -m benchmarks writes

One client writes, then sixteen at once. Each client has its own account, sends its next request
when the response to its last one arrived, and uses a new refresh token each time. Rounds on all
servers alternate. A checkout in `KINOTEKA_OTHER` (with its own .venv) is measured as well, as the
reference. The processor time is that of all threads of the server.
"""

import asyncio
import json
import os
import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from statistics import median
from typing import cast

from benchmarks.load import LOAD_CORE
from benchmarks.reads import PASSWORD, post
from benchmarks.servers import Process, kinoteka

CLIENTS = (1, 16)
FILMS = 400
SECONDS = 1.5
ROUNDS = 5
KINDS = ("bookmark", "token refresh", "token renewal")
TARGETS = {"bookmark": 350, "token refresh": 600}  # µs, with 16 clients


class Client(asyncio.Protocol):
    """A client with one connection, which sends a request when it has the last response."""

    def __init__(self, account: dict[str, str]) -> None:
        self.account = account
        self.responses = 0
        self.kind = ""
        self._turns = count()
        self._received = b""
        self._transport: asyncio.Transport
        self._idle: asyncio.Future[None]
        self._until = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Store the connection."""
        self._transport = cast(asyncio.Transport, transport)

    async def write(self, kind: str, until: float) -> None:
        """Send requests of one kind until a moment."""
        self.kind, self._until = kind, until
        self._idle = asyncio.get_running_loop().create_future()
        self._send()
        await self._idle

    def data_received(self, data: bytes) -> None:
        """Send the next request once the response is complete."""
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if not separator or len(body) < _content_length(head):
            return
        self._received = b""
        if not head.startswith(b"HTTP/1.1 2"):
            self._idle.set_exception(RuntimeError(f"{self.kind}: {head.decode()} {body.decode()}"))
            return
        if self.kind != "bookmark":
            self.account = json.loads(body)
        self.responses += 1
        if time.perf_counter() < self._until:
            self._send()
        else:
            self._idle.set_result(None)

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()

    def _send(self) -> None:
        if self.kind == "token refresh":
            body = json.dumps({"refresh_token": self.account["refresh_token"]})
            request = f"POST /api/v1/token/refresh HTTP/1.1\r\nHost: localhost\r\n{_body(body)}"
        elif self.kind == "token renewal":
            body = json.dumps(self.account)
            request = f"PUT /auth/login HTTP/1.1\r\nHost: localhost\r\n{_body(body)}"
        else:
            turn = next(self._turns)
            method = "DELETE" if turn // FILMS % 2 else "POST"
            request = (
                f"{method} /favorites/movies/{turn % FILMS + 1}/ HTTP/1.1\r\nHost: localhost\r\n"
                f"Authorization: Bearer {self.account['access_token']}\r\n{_body('')}"
            )
        self._transport.write(request.encode())


def _body(text: str) -> str:
    return f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}"


def _content_length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length: ")
    return int(rest.split(b"\r\n")[0] or 0)


class Writers:
    """The clients of one server."""

    def __init__(self, server: Process) -> None:
        self.server = server
        self.clients: list[Client] = []
        self.costs: dict[tuple[str, int], list[float]] = {}

    async def connect(self) -> None:
        """Create the accounts and open the connections."""
        host, _, port = self.server.url.removeprefix("http://").partition(":")
        for number in range(max(CLIENTS)):
            account = {"email": f"writer{number}@example.com", "password": PASSWORD}
            post(self.server, "/auth/register", account)
            tokens, _ = post(self.server, "/auth/login", account)
            loop = asyncio.get_running_loop()
            create = lambda tokens=tokens: Client(tokens)  # noqa: E731
            self.clients.append((await loop.create_connection(create, host, int(port)))[1])

    async def measure(self, kind: str, clients: int, seconds: float) -> float:
        """Write with this number of clients; return the processor time per request in µs."""
        active = self.clients[:clients]
        responses = sum(client.responses for client in active)
        used = self.server.processor_seconds()
        until = time.perf_counter() + seconds
        await asyncio.gather(*(client.write(kind, until) for client in active))
        used = self.server.processor_seconds() - used
        return used * 1e6 / (sum(client.responses for client in active) - responses)


async def _measure(writers: list[Writers]) -> None:
    for each in writers:
        await each.connect()
    for measured in range(-1, ROUNDS):
        for kind in KINDS:
            for clients in CLIENTS:
                for each in writers:
                    cost = await each.measure(kind, clients, SECONDS)
                    if measured >= 0:  # the first round is a warm-up
                        each.costs.setdefault((kind, clients), []).append(cost)
    for each in writers:
        for client in each.clients:
            client.close()


def run(folder: Path, show: Callable[..., None]) -> None:
    """Measure this version, and the one in `KINOTEKA_OTHER` if there is one."""
    checkouts = [Path(other) for other in (os.environ.get("KINOTEKA_OTHER"),) if other]
    checkouts.append(Path(__file__).parents[1])
    cores = os.sched_getaffinity(0)
    with ExitStack() as running:
        writers = []
        for number, checkout in enumerate(checkouts):
            data = folder.with_name(f"writes-{number}")
            shutil.rmtree(data, ignore_errors=True)
            python = str(checkout / ".venv" / "bin" / "python")
            server = running.enter_context(kinoteka(data, python=python))
            writers.append(Writers(server))
        if LOAD_CORE is not None:
            os.sched_setaffinity(0, {LOAD_CORE})
        try:
            asyncio.run(_measure(writers))
        finally:
            os.sched_setaffinity(0, cores)
    for (kind, clients), costs in writers[-1].costs.items():
        measured = median(costs)
        reference = median(writers[0].costs[kind, clients]) if len(writers) > 1 else 0
        target = f"≤ {TARGETS[kind]}" if clients > 1 and kind in TARGETS else ""
        name = f"{kind}, {clients} client{'s' if clients > 1 else ''}, µs"
        show(name, reference, measured, measured / reference if reference else 0, target)
