"""Requests whose end is ambiguous are rejected: none can be smuggled in (ASVS 5, 4.2.1)."""

import socket
from urllib.parse import urlsplit

import pytest

from tests.support.polling import TIMEOUT

# No request gets as far as the database.
pytestmark = pytest.mark.engines("sqlite")

START = b"POST /auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
CHUNKS = b"\r\n2\r\n{}\r\n0\r\n\r\n"


@pytest.fixture
def exchange(server):
    """Send bytes, and return everything that comes back until the server closes."""
    address = urlsplit(server.url)

    def send(sent: bytes) -> bytes:
        received = b""
        with socket.create_connection((address.hostname, address.port), TIMEOUT) as connection:
            connection.sendall(sent)
            while chunk := connection.recv(65536):
                received += chunk
        return received

    return send


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param(b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" + CHUNKS, id="both"),
        pytest.param(b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", id="two lengths"),
        pytest.param(b"Content-Length: 2, 2\r\n\r\n{}", id="list of lengths"),
        pytest.param(b"Content-Length: +2\r\n\r\n{}", id="signed length"),
        pytest.param(b"Content-Length: 99999999999999999999\r\n\r\n{}", id="length past 64 bits"),
        pytest.param(b"Transfer-Encoding: xchunked\r\n" + CHUNKS, id="unknown encoding"),
        pytest.param(b"Transfer-Encoding: chunked, identity\r\n" + CHUNKS, id="chunked not last"),
        pytest.param(b"Transfer-Encoding : chunked\r\n" + CHUNKS, id="space before colon"),
        pytest.param(b"Transfer-Encoding:\r\n chunked\r\n" + CHUNKS, id="folded line"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n", id="signed chunk"),
        pytest.param(b"X: a\0b\r\nContent-Length: 2\r\n\r\n{}", id="NUL in a header"),
        pytest.param(b"X: a\rb\r\nContent-Length: 2\r\n\r\n{}", id="CR in a header"),
    ],
)
def test_ambiguous_request_is_rejected_and_the_connection_closed(exchange, ending):
    received = exchange(START + ending)
    assert received.startswith(b"HTTP/1.1 400 ")
    assert received.count(b"HTTP/1.1") == 1


def test_body_of_a_get_is_not_taken_for_a_request(exchange):
    hidden = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n"
    head = b"GET /genres/ HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    received = exchange(head % len(hidden) + hidden)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert received.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("path", ["/genres/", "/profile", "/nowhere", "/healthz"])
@pytest.mark.parametrize(
    ("version", "hosts", "is_accepted"),
    [("1.1", 0, False), ("1.1", 2, False), ("1.1", 1, True), ("1.0", 0, True)],
)
def test_request_without_exactly_one_host_gets_400_over_the_wire(
    server, path, version, hosts, is_accepted
):
    host, port = server.url.removeprefix("http://").split(":")
    lines = [f"GET {path} HTTP/{version}", *["Host: films.example"] * hosts, "Connection: close"]
    with socket.create_connection((host, int(port)), TIMEOUT) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        status_line = connection.makefile("rb").readline()
    assert (b" 400 " in status_line) is not is_accepted
