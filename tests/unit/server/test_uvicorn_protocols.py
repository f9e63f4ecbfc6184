"""Connections over real sockets: deadlines, limits, and the versions behind them."""

import re
import socket
import subprocess
import sys
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from kinoteka.server import uvicorn_protocols as http_protocol
from kinoteka.server.uvicorn_protocols import CHECKED, warn_of_other_versions
from tests.support.polling import TIMEOUT, eventually
from tests.support.servers import clean_environment, run_server

FAST = {
    "head_seconds": "0.3",
    "idle_seconds": "0.6",
    "body_seconds": "0.3",
    "ping_seconds": "0.3",
}
GET = b"GET /genres/ HTTP/1.1\r\nHost: x\r\n\r\n"
UPGRADE = b" /notifications HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
HANDSHAKE = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: a2lub3Rla2Eta2lub3RlYQ==\r\n"


@pytest.mark.parametrize("name", CHECKED)
def test_internals_were_checked_for_the_installed_versions(name):
    assert version(name) == CHECKED[name], (
        f"{name} has changed: compare the classes that {http_protocol.__name__} derives from "
        "with what it relies on (its first lines say what), then name the new version in CHECKED"
    )


def test_other_versions_are_logged():
    with capture_logs() as lines:
        warn_of_other_versions(lambda name: "99" if name == "uvicorn" else CHECKED[name])
    assert [line.get("uvicorn") for line in lines] == ["99"]


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    """A server whose deadlines are short."""
    with run_server(tmp_path_factory.mktemp("impatient"), FAST) as server:
        yield server


class TestDeadlines:
    @pytest.mark.parametrize(
        ("sent", "ending"),
        [
            (b"", b""),
            (b"GET /genres/ HTTP/1.1\r\nHo", b"408"),
            (b"\r\n", b"408"),
            (GET + b"GET /genres/ HTTP/1.1\r\nHo", b"200"),
            (GET, b"200"),
            (b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{", b"408"),
            (
                b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{",
                b"408",
            ),
            (b"GET" + UPGRADE, b"408"),
            (b"GET" + UPGRADE + b"\r\n", b"400"),
            (b"POST" + UPGRADE + HANDSHAKE + b"Content-Length: 9\r\n\r\n{", b"400"),
            (b"GET" + UPGRADE + HANDSHAKE + b"Content-Length: 9\r\n\r\n{", b"400"),
            (
                b"GET /genres/ HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
                b"200",
            ),
        ],
        ids=[
            "nothing",
            "half a head",
            "an empty line",
            "a request and half a head",
            "a request",
            "half a body",
            "half a chunked body",
            "half an upgrade",
            "an upgrade without a key",
            "an upgrade by POST",
            "an upgrade with half a body",
            "an upgrade to something else",
        ],
    )
    def test_silent_connection_is_closed_at_its_deadline(self, impatient, sent, ending):
        with connected(impatient) as client:
            client.sendall(sent)
            assert status_of(all_received(client)) == ending

    def test_connection_is_aborted_when_the_response_is_not_read(self, impatient):
        with connected(impatient, receive_buffer=4096) as client, pytest.raises(ConnectionError):
            for _ in range(50):
                client.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n")
            while True:
                client.sendall(b"G")

    def test_connection_with_too_many_pipelined_requests_is_closed(self, server):
        with connected(server) as client, pytest.raises(ConnectionError):
            while True:
                client.sendall(GET * 1000)

    def test_websocket_without_pongs_is_closed(self, impatient):
        cookie = impatient.signed_up().cookies["session_id"].encode()
        with connected(impatient) as client:
            client.sendall(b"GET" + UPGRADE + HANDSHAKE + b"Cookie: session_id=" + cookie)
            client.sendall(b"\r\n\r\n")
            received = all_received(client)
        assert status_of(received) == b"101"
        assert b"keepalive ping timeout" in received


class TestJoinedWrites:
    def test_head_and_body_arrive_in_one_piece(self, server):
        """Two system calls would also reach a slow reader as one piece, so many are tried."""
        with connected(server) as client:
            for _ in range(50):
                assert is_complete(response(client, GET))

    def test_body_longer_than_the_copied_part_arrives_unchanged(self, server):
        with connected(server) as client:
            client.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            received = all_received(client)
        assert is_complete(received)
        assert len(received) > http_protocol.MAX_JOINED_BYTES

    def test_head_of_a_response_without_a_body_is_sent_at_once(self, server):
        with connected(server) as client:
            for _ in range(2):
                received = response(client, GET.replace(b"GET", b"HEAD"))
                assert status_of(received) == b"200"
                assert received.endswith(b"\r\n\r\n")

    def test_pipelined_responses_keep_their_order(self, server):
        paths = [b"/genres/", b"/nowhere", b"/movies/?page=1", b"/genres/"]
        with connected(server) as client:
            client.sendall(b"".join(GET.replace(b"/genres/", path) for path in paths))
            client.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            received = all_received(client)
        assert re.findall(rb"HTTP/1.1 (\d+)", received) == [b"200", b"404", b"200", b"200", b"200"]

    def test_waiting_head_is_sent_before_the_connection_closes(self):
        sent: list[bytes] = []
        transport = SimpleNamespace(
            write=sent.append, close=lambda: sent.append(b"closed"), is_closing=lambda: False
        )
        cycle: Any = SimpleNamespace(
            transport=transport,
            response_started=True,
            expected_content_length=9,
            scope={"method": "GET"},
        )
        output = http_protocol.JoinedWrites(cycle)
        output.write(b"head")
        assert sent == []
        output.close()
        assert sent == [b"head", b"closed"]


def test_closed_connection_makes_room_for_another_of_its_network(tmp_path, capfd):
    settings = {"connections_per_network": "3"}
    with run_server(tmp_path, settings) as server:
        clients = [connected(server) for _ in range(3)]
        for client in clients:
            assert status_of(response(client, GET)) == b"200"
        with connected(server) as refused:
            assert status_of(all_received(refused)) == b"503"
        assert "too_many_of_network=1" in capfd.readouterr().err
        clients.pop().close()
        eventually(lambda: is_served(server))
        for client in clients:
            client.close()


def test_trusted_proxy_may_have_any_number_of_connections(tmp_path):
    settings = {"connections_per_network": "1", "trusted_proxies": "127.0.0.1"}
    with run_server(tmp_path, settings) as server:
        clients = [connected(server) for _ in range(3)]
        assert [status_of(response(client, GET)) for client in clients] == [b"200"] * 3
        for client in clients:
            client.close()


def test_connections_leave_enough_open_files(tmp_path):
    """With `ulimit -n 64`, more clients than there are files leave the server at work."""
    serve = f"{sys.executable} -m kinoteka.cli serve --no-demo --port 0 --data {tmp_path}"
    with subprocess.Popen(
        ["sh", "-c", f"ulimit -n 64; exec {serve}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_environment({}),
    ) as process:
        try:
            assert process.stdout
            url = httpx.URL(process.stdout.readline().split()[-1])
            clients = [socket.create_connection((url.host, url.port), TIMEOUT) for _ in range(80)]
            assert status_of(response(clients[0], GET)) == b"200"
            assert status_of(all_received(clients[-1])) == b"503"
            for client in clients:
                client.close()
        finally:
            process.terminate()
        errors = process.communicate()[1]
    assert "the limit of open files is too low" in errors
    assert "too_many=" in errors
    assert "Too many open files" not in errors


def connected(server, receive_buffer: int | None = None) -> socket.socket:
    url = httpx.URL(server.url)
    client = socket.socket()
    client.settimeout(TIMEOUT)
    if receive_buffer is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.connect((url.host, url.port))
    return client


def all_received(client: socket.socket) -> bytes:
    """Return what comes until the server closes the connection."""
    received = b""
    while True:
        try:
            data = client.recv(65536)
        except ConnectionResetError:
            return received
        if not data:
            return received
        received += data


def response(client: socket.socket, request: bytes) -> bytes:
    client.sendall(request)
    return client.recv(65536)


def is_complete(response: bytes) -> bool:
    head, _, body = response.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    return length is not None and len(body) == int(length[1])


def status_of(response: bytes) -> bytes:
    return response[9:12]


def is_served(server) -> bool:
    with connected(server) as client:
        return status_of(response(client, GET)) == b"200"
