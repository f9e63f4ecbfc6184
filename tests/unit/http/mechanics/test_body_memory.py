"""Memory of request bodies, counted, and measured with many unfinished uploads."""

import re
import resource
import socket
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kinoteka.errors import Code
from kinoteka.http.mechanics.bodies import read_body
from kinoteka.http.mechanics.body_memory import BODY_MEMORY, BodyMemory
from tests.support.asgi_requests import ASGIRequest, chunks_of
from tests.support.errors import raises_error
from tests.support.polling import TIMEOUT, eventually
from tests.support.servers import run_server

UPLOADS = 500
CONTENT = 300 * 1024
ROOMY = {
    "uploads_at_once": str(UPLOADS),
    "uploads_at_once_per_account": str(UPLOADS),
    "upload_limit": "100000 per hour",
    "body_memory_megabytes": "16",
    "body_seconds": "60",
    "head_seconds": "60",
}
HEAD = (
    b"PUT /avatar HTTP/1.1\r\nHost: x\r\nCookie: session_id=%b\r\nContent-Length: %d\r\n"
    b"Content-Type: multipart/form-data; boundary=limit\r\n\r\n"
)
BEGIN = b'--limit\r\nContent-Disposition: form-data; name="avatar"; filename="a.jpg"\r\n\r\n'
END = b"\r\n--limit--\r\n"


def test_request_takes_memory_until_it_ends() -> None:
    memory = BodyMemory(100)
    first, second = ASGIRequest(b"").request(), ASGIRequest(b"").request()
    assert memory.take(first, 60)
    assert not memory.take(second, 60)
    with raises_error(Code.BUSY):
        memory.require(second, 60)
    memory.release(first)
    memory.require(second, 60)
    assert memory.used == 60


def test_large_bodies_leave_room_for_small_ones() -> None:
    memory = BodyMemory(8 * 64 * 1024)
    large = [ASGIRequest(b"").request() for _ in range(8)]
    assert [memory.take(request, 64 * 1024) for request in large] == [True] * 7 + [False]
    small = ASGIRequest(b"").request()
    assert memory.take(small, 4 * 1024)
    assert not memory.take(small, 1)  # it is no small one any more


async def test_body_that_finds_no_memory_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BODY_MEMORY, "limit", BODY_MEMORY.used + 100)
    request = ASGIRequest(*chunks_of(bytes(300), 60)).request()
    with raises_error(Code.BUSY):
        await read_body(request, 1000)
    BODY_MEMORY.release(request)


@pytest.fixture
def traced() -> Iterator[None]:
    """Python counts the memory that it allocates."""
    tracemalloc.start()
    yield
    tracemalloc.stop()


async def test_body_in_tiny_pieces_takes_no_more_memory_than_it_counts(traced: None) -> None:
    request, pieces, taken = ASGIRequest(b"").request(), iter(range(20_000)), 0

    async def receive() -> dict[str, object]:
        nonlocal taken
        is_last = next(pieces) == 19_999
        if is_last:
            taken, _ = tracemalloc.get_traced_memory()
        return {"type": "http.request", "body": bytes(bytearray(2)), "more_body": not is_last}

    request.receive = receive
    assert await read_body(request, 100_000) == bytes(40_000)
    BODY_MEMORY.release(request)
    assert taken < 4 * 40_000


def test_uploads_that_stop_before_their_end_take_bounded_memory(tmp_path: Path) -> None:
    """500 uploads of 300 KiB would take 150 MB; 64 KiB of each, within 16 MiB, may stay."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    with run_server(tmp_path, ROOMY) as server:
        cookie = server.signed_up().cookies["session_id"].encode()
        url = httpx.URL(server.url)
        before = peak_megabytes(server.process.pid)
        clients = []
        for _ in range(UPLOADS):
            client = socket.create_connection((url.host, url.port), TIMEOUT)
            whole = len(BEGIN) + CONTENT + len(END)
            client.sendall(HEAD % (cookie, whole) + BEGIN + bytes(CONTENT))
            clients.append(client)
        eventually(lambda: metric(server, "kinoteka_uploads") == UPLOADS)
        assert 0 < metric(server, "kinoteka_body_memory_bytes") <= 16 * 1024 * 1024
        for client in clients:
            client.sendall(END)
        statuses = {client.recv(1000)[9:12] for client in clients}
        assert statuses <= {b"400", b"503"}  # zeros are no picture; some find the decoder busy
        for client in clients:
            client.close()
        assert peak_megabytes(server.process.pid) - before < 75
        eventually(lambda: metric(server, "kinoteka_body_memory_bytes") == 0)


def test_uploads_of_one_account_at_once_are_limited(tmp_path: Path) -> None:
    with run_server(tmp_path, {}) as server:
        cookie = server.signed_up().cookies["session_id"].encode()
        url = httpx.URL(server.url)
        clients = []
        for _ in range(150):
            client = socket.create_connection((url.host, url.port), TIMEOUT)
            client.sendall(HEAD % (cookie, 1000) + BEGIN)
            clients.append(client)
        eventually(lambda: metric(server, "kinoteka_uploads") == 4)
        assert [client.recv(1000)[9:12] for client in clients[4:]] == [b"429"] * 146
        for client in clients:
            client.close()


def metric(server, name: str) -> float:
    text = server.client().get("/metrics").text
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0


def peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    assert found
    return int(found[1]) / 1024
