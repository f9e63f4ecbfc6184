"""Addresses and Unix sockets that the server listens on."""

import errno
import os
import re
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from kinoteka.infrastructure.settings import Settings
from kinoteka.server.listen_sockets import (
    ALL_ADDRESSES,
    CannotListen,
    _port_problem,
    announcement,
    listening_sockets,
    tcp_sockets,
    unix_socket,
)
from tests.support.forked_commands import ForkedCommand
from tests.support.polling import TIMEOUT
from tests.support.servers import PASSWORD, clean_environment, run_kinoteka, run_server
from tests.support.worker_processes import TWO_WORKERS


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
def test_all_addresses_share_one_port(hosts: str, addresses: list[str]) -> None:
    sockets = tcp_sockets(hosts, 0)
    try:
        bound = [opened.getsockname() for opened in sockets]
        assert [name[0] for name in bound] == addresses
        assert len({name[1] for name in bound}) == 1
        assert announcement(sockets, Path("data")).startswith(
            f"Kinoteka serves on http://{addresses[0]}:"
        )
    finally:
        for opened in sockets:
            opened.close()


def test_unknown_host_is_an_error_that_names_it() -> None:
    with pytest.raises(socket.gaierror) as error:
        tcp_sockets("no.such.host.invalid", 0)
    assert error.value.filename == "no.such.host.invalid"


class TestUnixSocket:
    def test_mode_sets_the_permissions_of_the_socket(self, tmp_path: Path) -> None:
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
            assert f"unix:{path}" in announcement(sockets, tmp_path)
        assert not path.exists()

    def test_socket_of_a_successor_stays(self, tmp_path: Path) -> None:
        path = tmp_path / "kinoteka.sock"
        with listening_sockets(Settings(unix_socket=str(path))) as (first,):
            first.close()
            successor = unix_socket(path, 0o600)
        assert path.exists()
        successor.close()


class TestCannotListen:
    """The message says what is wrong and what to use instead."""

    @pytest.fixture
    def port(self) -> Iterator[int]:
        """A port that another program listens on."""
        with tcp_sockets("127.0.0.1", 0)[0] as taken:
            yield taken.getsockname()[1]

    @pytest.mark.parametrize("workers", ["1", "2"])
    def test_taken_port_is_named_with_a_free_one(self, tmp_path, port, workers) -> None:
        where = ("--port", str(port), "--data", str(tmp_path), "--workers", workers)
        ended = run_kinoteka("serve", "--no-demo", *where)
        assert (ended.returncode, ended.stdout) == (1, "")
        said = re.fullmatch(
            rf"kinoteka: port {port} on 127\.0\.0\.1 is taken by another program\. "
            r"Port (\d+) is free: use --port \1 \(with make: make run PORT=\1\), or set "
            r"KINOTEKA_PORT=\1\n",
            ended.stderr,
        )
        assert said is not None, ended.stderr
        with tcp_sockets("127.0.0.1", int(said[1]))[0] as free:
            assert free.getsockname()[1] == int(said[1])

    def test_any_free_port_is_suggested_when_none_nearby_is_free(self) -> None:
        assert "Use --port 0 " in self.problem(_port_problem, errno.EADDRINUSE, port=65535)

    @pytest.mark.parametrize(
        ("code", "says"),
        [
            (errno.EACCES, "this user may not listen on port 80: ports below 1024 are"),
            (errno.EADDRNOTAVAIL, "this machine does not have the address 192.0.2.1. Use one"),
            (errno.EIO, "the server cannot listen on port 80 of 192.0.2.1: "),
        ],
    )
    def test_other_problems_of_a_port_are_explained(self, code: int, says: str) -> None:
        said = self.problem(_port_problem, code, host="192.0.2.1", port=80)
        assert said.startswith(says)

    def test_unknown_host_is_explained(self) -> None:
        settings = Settings(host="no.such.host.invalid")
        with pytest.raises(CannotListen, match=r"name no\.such\.host\.invalid cannot be resolved"):
            listening_sockets(settings).__enter__()

    def test_socket_of_another_server_is_explained(self, tmp_path: Path) -> None:
        path = tmp_path / "kinoteka.sock"
        with closing(unix_socket(path, 0o600)), pytest.raises(CannotListen) as error:
            listening_sockets(Settings(unix_socket=str(path))).__enter__()
        assert str(error.value) == (
            f"another server listens on {path}. Stop it, or use another path, such as "
            f"--unix-socket {tmp_path}/kinoteka-2.sock"
        )

    @pytest.mark.parametrize(
        ("name", "says"),
        [
            ("missing/kinoteka.sock", "the folder {folder}/missing does not exist"),
            ("notes.txt", "{folder}/notes.txt is a file, not a socket, and was left as it is."),
            ("x" * 120, "the path {folder}/" + "x" * 120 + " is too long for a Unix socket."),
        ],
    )
    def test_other_problems_of_a_socket_are_explained(self, tmp_path, name, says) -> None:
        (tmp_path / "notes.txt").write_text("mine")
        with pytest.raises(CannotListen) as error:
            listening_sockets(Settings(unix_socket=str(tmp_path / name))).__enter__()
        assert str(error.value).startswith(says.format(folder=tmp_path))

    @staticmethod
    def problem(explain: Callable[[OSError, Settings], str], code: int, **settings: Any) -> str:
        return explain(OSError(code, os.strerror(code)), Settings(**settings))


class TestAnnouncement:
    def test_first_steps_are_the_site_an_account_and_an_operator(self) -> None:
        with tcp_sockets("127.0.0.1", 0)[0] as opened:
            said = announcement([opened], Path("/srv/my films"))
            address = f"http://127.0.0.1:{opened.getsockname()[1]}"
        steps = [line.split("  ")[0] for line in said.split("\n  ")[1:]]
        assert steps[:2] == [f"{address}/", f"{address}/sign-up"]
        assert "kinoteka createsuperuser --login NAME --data '/srv/my films'" in said
        assert f"{address}/manage " in said

    def test_default_data_folder_is_left_out(self) -> None:
        with tcp_sockets("127.0.0.1", 0)[0] as opened:
            assert "--login NAME\n" in announcement([opened], Settings().data)


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
        process.wait(TIMEOUT)
        process.stdout.close()


@pytest.mark.parametrize("workers", [{}, TWO_WORKERS], ids=["one worker", "two workers"])
def test_server_serves_on_a_unix_socket_and_removes_it(tmp_path, workers):
    with served(tmp_path, **workers) as (path, client):
        assert client.get("/readyz").status_code == 200
        assert client.get("/genres/").json() == []
        assert client.get("/metrics").status_code == 200
        assert client.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"}).status_code == 404
    assert not path.exists()


def test_proxy_at_the_unix_socket_provides_client_addresses(tmp_path):
    limits = {"sign_up_limit": "1 per hour", "connections_per_network": "1"}
    with served(tmp_path, **limits) as (path, client):

        def sign_up(name: str, address: str) -> int:
            body = {"login": name, "password": PASSWORD, "email": f"{name}@example.com"}
            forwarded = {"x-forwarded-for": address, "x-request-id": name}
            response = client.post("/signup", json=body, headers=forwarded)
            assert response.headers["x-request-id"] == name
            client.cookies.clear()
            return response.status_code

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
