"""Starting and stopping the server, as its operator sees it."""

import os
import pty
import signal
import socket
import stat

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.support.forked_commands import ForkedCommand
from tests.support.polling import TIMEOUT, eventually
from tests.support.servers import clean_environment, run_kinoteka, run_server
from tests.support.worker_processes import log_reader


def test_all_state_is_in_the_data_folder(tmp_path):
    data = tmp_path / "data"
    with run_server(data, {}) as server:
        server.signed_up()
        kept = {path.name for path in data.iterdir()}
    assert {"kinoteka.db", "secret.key", "signing-key.pem"} <= kept
    for name in ("secret.key", "signing-key.pem"):
        assert stat.S_IMODE((data / name).stat().st_mode) == 0o600


def test_two_servers_run_on_one_machine(tmp_path):
    with run_server(tmp_path / "a", {}) as first, run_server(tmp_path / "b", {}) as second:
        first.signed_up("anna")
        second.signed_up("anna")
        assert first.url != second.url


def test_sessions_survive_a_restart(tmp_path):
    with run_server(tmp_path, {}) as server:
        cookie = f"session_id={server.signed_up().cookies['session_id']}"
    with run_server(tmp_path, {}) as server:
        assert server.client(cookie=cookie).get("/profile").status_code == 200


def test_rejected_handshake_is_not_logged_as_an_error(tmp_path, capfd):
    with run_server(tmp_path, {}) as server, pytest.raises(InvalidStatus, match="401"):
        connect(server.url.replace("http", "ws", 1) + "/notifications")
    assert "handshake" not in capfd.readouterr().err


class TestStopping:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_requests_in_progress_finish(self, tmp_path, number):
        with run_server(tmp_path, {}) as server, connected(server) as client:
            server.signed_up()
            client.sendall(b"POST /signup HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n{")
            client.sendall(b"}")
            # After this response, the server has received the first request, too.
            assert server.client().get("/genres/").status_code == 200
            server.process.send_signal(number)
            eventually(lambda: not listens(server))
            client.sendall(b" ")
            response = answered(client)
            assert response.startswith(b"HTTP/1.1 400 ")
            assert b"\r\nconnection: close\r\n" in response
            assert server.process.wait(TIMEOUT) == 0

    def test_request_sent_before_the_stop_is_answered(self, tmp_path):
        with run_server(tmp_path, {}) as server, connected(server) as client:
            assert server.client().get("/genres/").status_code == 200
            server.process.terminate()
            eventually(lambda: not listens(server))
            client.sendall(b"GET /genres/ HTTP/1.1\r\nHost: x\r\n\r\n")
            response = answered(client)
            assert response.startswith(b"HTTP/1.1 200 ")
            assert b"\r\nconnection: close\r\n" in response

    def test_second_signal_stops_at_once(self, tmp_path):
        with run_server(tmp_path, {}) as server, connected(server) as client:
            client.sendall(b"POST /signup HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n{")
            assert server.client().get("/genres/").status_code == 200
            server.process.terminate()
            eventually(lambda: not listens(server))
            server.process.terminate()
            assert server.process.wait(TIMEOUT) == 0

    @pytest.mark.parametrize("workers", ["1", "2"])
    def test_server_stops_when_its_terminal_is_closed(self, tmp_path, workers):
        where = ("--no-demo", "--port", "0", "--data", str(tmp_path), "--workers", workers)
        terminal, its_end = pty.openpty()
        process = ForkedCommand(("serve", *where), clean_environment({}), stdin=its_end)
        os.close(its_end)
        with process.stdout:
            assert "http://" in process.stdout.readline()
            os.close(terminal)
            process.send_signal(signal.SIGHUP)
            assert process.wait(TIMEOUT) == 0

    def test_single_worker_cannot_be_reloaded(self, tmp_path, capfd):
        logged = log_reader(capfd)
        with run_server(tmp_path, {}) as server:
            server.process.send_signal(signal.SIGHUP)
            eventually(lambda: "a single worker cannot be reloaded" in logged())
            assert server.client().get("/genres/").status_code == 200


def listens(server):
    try:
        connected(server).close()
    except ConnectionRefusedError:
        return False
    return True


def answered(connection):
    """What comes until the server closes the connection."""
    received = b""
    while data := connection.recv(65536):
        received += data
    return received


def test_cookie_is_secure_when_the_public_url_is_https(tmp_path):
    with run_server(tmp_path, {"public_url": "https://films.example"}) as server:
        body = {"login": "anna", "password": "correct horse x", "email": "anna@example.com"}
        response = server.client().post("/signup", json=body)
        assert response.headers["set-cookie"].endswith("; Secure")


def test_trusted_proxy_provides_the_client_address(tmp_path):
    settings = {"trusted_proxies": "127.0.0.1", "sign_in_address_limit": "2 per hour"}
    with run_server(tmp_path, settings) as server:
        client = server.client()
        body = {"login": "nobody", "password": "wrong password"}

        def status(address: str, login: str) -> int:
            headers = {"x-forwarded-for": address}
            return client.post("/login", json=body | {"login": login}, headers=headers).status_code

        assert [status("192.0.2.1", f"a{n}") for n in range(3)] == [403, 403, 429]
        assert status("192.0.2.2", "b") == 403


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"GET /movies/ HTTP/1.1\r\nHost: x\r\n", b"X: " + b"x" * 1000 + b"\r\n"),
        (b"GET /movies/ HTTP/1.1\r\nHost: x\r\nX: ", b"x" * 1000),
        (
            b"PUT /movies/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            b"X: " + b"x" * 1000 + b"\r\n",
        ),
    ],
    ids=["many headers", "a long header", "trailers"],
)
def test_endless_head_is_cut_off(server, begin, piece):
    with connected(server) as client, pytest.raises(ConnectionError):
        client.sendall(begin)
        for _ in range(20_000):
            client.sendall(piece)


def test_too_large_head_is_rejected(server):
    with connected(server) as client:
        client.sendall(b"GET /movies/ HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 60_000)
        assert client.recv(1000).startswith(b"HTTP/1.1 431 ")


def test_body_does_not_count_as_head(server):
    body = b"x" * 200_000
    response = server.client().post(
        "/signup", content=(body[n : n + 500] for n in range(0, 200_000, 500))
    )
    assert response.status_code == 400


def connected(server):
    url = httpx.URL(server.url)
    return socket.create_connection((url.host, url.port), 10)


def test_interrupted_first_start_is_completed_by_the_next(tmp_path):
    assert run_kinoteka("migrate", "--data", str(tmp_path)).returncode == 0
    (tmp_path / "kinoteka.unfilled").touch()
    with run_server(tmp_path, {}, "--host", "127.0.0.1") as server:
        films = server.client().get("/movies/?page=1").json()
    assert len(films) == 12
    assert not (tmp_path / "kinoteka.unfilled").exists()
