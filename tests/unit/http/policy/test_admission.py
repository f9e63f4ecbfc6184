"""What a request must pass before its body is read."""

import socket

import pytest

from kinoteka.http.policy.admission import names_one_host
from tests.support.polling import TIMEOUT

HOST = (b"host", b"films.example")


@pytest.mark.parametrize(
    ("version", "headers", "is_taken"),
    [
        ("1.1", [HOST], True),
        ("1.1", [(b"accept", b"*/*")], False),
        ("1.1", [HOST, HOST], False),
        ("1.0", [], True),
    ],
)
def test_http_1_1_request_names_exactly_one_host(version, headers, is_taken):
    assert names_one_host({"http_version": version, "headers": headers}) is is_taken


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True, scope="session")
@pytest.mark.parametrize("path", ["/genres/", "/profile", "/nowhere", "/healthz"])
@pytest.mark.parametrize(
    ("version", "hosts", "is_taken"),
    [("1.1", 0, False), ("1.1", 2, False), ("1.1", 1, True), ("1.0", 0, True)],
)
def test_request_without_exactly_one_host_gets_400_over_the_wire(
    server, path, version, hosts, is_taken
):
    host, port = server.url.removeprefix("http://").split(":")
    lines = [f"GET {path} HTTP/{version}", *["Host: films.example"] * hosts, "Connection: close"]
    with socket.create_connection((host, int(port)), timeout=TIMEOUT) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        answered = connection.makefile("rb").readline()
    assert (b" 400 " in answered) is not is_taken
