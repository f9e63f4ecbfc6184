"""What a request must pass before its body is read."""

import socket

import pytest

from kinoteka.httpkit.answers import Answer
from kinoteka.httpkit.call import Call
from kinoteka.httpkit.guards import names_one_host, without_what_is_known
from kinoteka.httpkit.routes import Route
from sent import NEUTRAL
from waiting import PATIENCE

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


@pytest.mark.parametrize(
    ("method", "status", "sent", "expected"),
    [
        ("GET", 200, b"*", 304),
        ("GET", 200, b" * ", 304),
        ("GET", 200, b'"x"', 200),
        ("GET", 404, b"*", 404),
        ("POST", 200, b"*", 200),
    ],
)
def test_if_none_match_of_any_gets_304_where_the_resource_exists(
    services, method, status, sent, expected
):
    call = Call(
        {"headers": [(b"if-none-match", sent)]},
        None,
        services,
        NEUTRAL,
        Route(method, "/", print, ""),
    )
    headers = [(b"etag", b'"x"'), (b"content-type", b"text/plain"), (b"vary", b"cookie")]
    answer = without_what_is_known(call, Answer(status, b"text", headers))
    assert answer.status == expected
    if expected == 304:
        assert (answer.body, answer.headers) == (b"", [headers[0], headers[2]])


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
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        answered = connection.makefile("rb").readline()
    assert (b" 400 " in answered) is not is_taken
