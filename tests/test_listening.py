"""Addresses and Unix sockets that the server listens on."""

import socket
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from forked import ForkedCommand
from kinoteka.config import Settings
from kinoteka.listening import (
    ALL_ADDRESSES,
    announcement,
    listening_sockets,
    tcp_sockets,
    unix_socket,
)
from running import PASSWORD, clean_environment, run_server
from supervised import TWO
from waiting import PATIENCE


@pytest.mark.parametrize(
    ("hosts", "addresses"),
    [
        ("127.0.0.1", ["127.0.0.1"]),
        ("127.0.0.1,::1", ["127.0.0.1", "::1"]),
        ("127.0.0.1, [::1], 127.0.0.1", ["127.0.0.1", "::1"]),
        ("*", list(ALL_ADDRESSES)),
        ("", list(ALL_ADDRESSES)),
    ],
)
def test_all_addresses_are_listened_on_at_one_port(hosts: str, addresses: list[str]) -> None:
    sockets = tcp_sockets(hosts, 0)
    try:
        bound = [opened.getsockname() for opened in sockets]
        assert [name[0] for name in bound] == addresses
        assert len({name[1] for name in bound}) == 1
        assert announcement(sockets).startswith(f"Kinoteka serves on http://{addresses[0]}:")
    finally:
        for opened in sockets:
            opened.close()


def test_unknown_host_is_an_error_that_names_it() -> None:
    with pytest.raises(socket.gaierror) as error:
        tcp_sockets("no.such.host.invalid", 0)
    assert error.value.filename == "no.such.host.invalid"


class TestUnixSocket:
    def test_mode_says_who_may_connect(self, tmp_path: Path) -> None:
        path = tmp_path / "kinoteka.sock"
        with closing(unix_socket(path, 0o660)):
            assert stat.S_IMODE(path.stat().st_mode) == 0o660

    def test_abandoned_socket_is_replaced(self, tmp_path: Path) -> None:
        path = tmp_path / "kinoteka.sock"
        unix_socket(path, 0o600).close()
        assert path.exists()
        unix_socket(path, 0o600).close()

    def test_socket_of_another_server_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "kinoteka.sock"
        with closing(unix_socket(path, 0o600)), pytest.raises(OSError, match="Another server"):
            unix_socket(path, 0o600)
        assert path.exists()

    def test_other_file_is_left_alone(self, tmp_path: Path) -> None:
        path = tmp_path / "notes.txt"
        path.write_text("mine")
        with pytest.raises(OSError, match="no socket"):
            unix_socket(path, 0o600)
        assert path.read_text() == "mine"

    def test_missing_folder_is_an_error_that_names_the_path(self, tmp_path: Path) -> None:
        path = tmp_path / "missing" / "kinoteka.sock"
        with pytest.raises(FileNotFoundError) as error:
            unix_socket(path, 0o600)
        assert error.value.filename == str(path)

    def test_socket_is_removed_at_the_end(self, tmp_path: Path) -> None:
        path = tmp_path / "kinoteka.sock"
        with listening_sockets(Settings(unix_socket=str(path))) as sockets:
            assert f"unix:{path}" in announcement(sockets)
        assert not path.exists()

    def test_socket_of_a_successor_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "kinoteka.sock"
        with listening_sockets(Settings(unix_socket=str(path))) as (first,):
            first.close()
            successor = unix_socket(path, 0o600)
        assert path.exists()
        successor.close()


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[tuple[Path, httpx.Client]]:
    """Serve on a Unix socket; its path, and a client of it."""
    path = folder / "kinoteka.sock"
    environment = {f"KINOTEKA_{name.upper()}": value for name, value in settings.items()}
    where = ("--unix-socket", str(path), "--data", str(folder / "data"), "--no-demo")
    process = ForkedCommand(("serve", *where), clean_environment(environment))
    try:
        assert process.stdout.readline() == f"Kinoteka serves on unix:{path}\n"
        transport = httpx.HTTPTransport(uds=str(path))
        with httpx.Client(transport=transport, base_url="http://localhost") as client:
            yield path, client
    finally:
        process.terminate()
        process.wait(PATIENCE)
        process.stdout.close()


@pytest.mark.parametrize("workers", [{}, TWO], ids=["one worker", "two workers"])
def test_server_serves_on_a_unix_socket_and_removes_it(tmp_path, workers):
    with served(tmp_path, **workers) as (path, client):
        assert client.get("/readyz").status_code == 200
        assert client.get("/genres/").json() == []
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"}).status_code == 404
    assert not path.exists()


def test_proxy_at_the_unix_socket_tells_who_its_clients_are(tmp_path):
    limits = {"sign_up_limit": "1 per hour", "connections_per_network": "1"}
    with served(tmp_path, **limits) as (path, client):

        def sign_up(name: str, address: str) -> int:
            body = {"login": name, "password": PASSWORD, "email": f"{name}@example.com"}
            forwarded = {"x-forwarded-for": address, "x-request-id": name}
            answer = client.post("/signup", json=body, headers=forwarded)
            assert answer.headers["x-request-id"] == name
            client.cookies.clear()
            return answer.status_code

        assert [sign_up("anna", "192.0.2.1"), sign_up("boris", "192.0.2.1")] == [200, 429]
        assert sign_up("clara", "192.0.2.2") == 200
        with socket.socket(socket.AF_UNIX) as other:
            other.connect(str(path))
            assert client.get("/genres/").status_code == 200


def test_server_serves_both_families_of_addresses(tmp_path):
    with run_server(tmp_path, {"host": "127.0.0.1,::1"}) as server:
        port = httpx.URL(server.url).port
        for address in ("127.0.0.1", "[::1]"):
            assert httpx.get(f"http://{address}:{port}/genres/").status_code == 200
