"""Reloading: every worker is replaced, and no client notices."""

import http.client
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.support.polling import TIMEOUT, eventually
from tests.support.servers import RunningServer, run_server
from tests.support.worker_processes import TWO_WORKERS, log_reader, worker_pids

RELOADS = 3


@pytest.fixture
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the server is started in, in which `.env` is looked for."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def reload(server: RunningServer) -> None:
    before = worker_pids(server)
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: len(worker_pids(server)) == 2 and not worker_pids(server) & before)


class Clients:
    """Clients that ask again and again until they are stopped; `failed` tells what they saw."""

    def __init__(self, server: RunningServer) -> None:
        self._url = httpx.URL(server.url)
        self._done = threading.Event()
        self.failed: list[str] = []
        self.answered = 0
        asking = [self._ask_anew, self._ask_on] * 3
        self._threads = [threading.Thread(target=ask, daemon=True) for ask in asking]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._url.host, self._url.port or 80, timeout=TIMEOUT)

    def _ask_anew(self) -> None:
        """A connection for each request."""
        while not self._done.wait(0.002):
            connection = self._connection()
            self._note(partial(status, connection))
            connection.close()

    def _ask_on(self) -> None:
        """One connection for many requests."""
        connection = self._connection()
        while not self._done.wait(0.002):
            self._note(lambda: self._with_retry(connection))
        connection.close()

    def _with_retry(self, connection: http.client.HTTPConnection) -> int:
        """RFC 9110, 9.2.2: a used connection may have been closed; then the client retries."""
        was_used = connection.sock is not None
        try:
            return status(connection)
        except (http.client.RemoteDisconnected, ConnectionError):
            connection.close()
            if not was_used:
                raise
            return status(connection)

    def _note(self, ask: Callable[[], int]) -> None:
        try:
            found = ask()
        except (OSError, http.client.HTTPException) as error:
            self.failed.append(repr(error))
        else:
            self.answered += 1
            if found != 200:
                self.failed.append(str(found))


def status(connection: http.client.HTTPConnection) -> int:
    connection.request("GET", "/movies/?page=1")
    response = connection.getresponse()
    response.read()
    return response.status


def test_no_request_is_refused_or_reset_during_a_reload(tmp_path):
    with run_server(tmp_path, TWO_WORKERS) as server:
        clients = Clients(server)
        for _ in range(RELOADS):
            before = clients.answered
            reload(server)
            eventually(lambda count: clients.answered > count + 100, before)
        clients.stop()
        assert clients.failed == []


def test_new_workers_use_the_current_settings(tmp_path, working_folder, capfd):
    logged = log_reader(capfd)
    with run_server(tmp_path / "data", TWO_WORKERS) as server:
        cookie = f"session_id={server.signed_up().cookies['session_id']}"
        (working_folder / ".env").write_text(
            "KINOTEKA_CORS_ORIGINS=https://films.example\n"
            f"KINOTEKA_SECRET_KEY={'another ' * 5}\nKINOTEKA_PORT=1\n"
        )
        reload(server)
        client = server.client(origin="https://films.example", cookie=cookie)
        response = client.get("/profile")
        assert response.headers["access-control-allow-origin"] == "https://films.example"
        assert response.status_code == 200  # the key is the same as before
        assert "these settings change only with a restart" in logged()
        assert "settings=secret_key" in logged()


def test_invalid_settings_change_nothing(tmp_path, working_folder, capfd):
    logged = log_reader(capfd)
    with run_server(tmp_path / "data", TWO_WORKERS) as server:
        before = worker_pids(server)
        (working_folder / ".env").write_text("KINOTEKA_JSON_LIMIT_KILOBYTES=many\n")
        server.process.send_signal(signal.SIGHUP)
        eventually(lambda: "not reloaded" in logged())
        assert "KINOTEKA_JSON_LIMIT_KILOBYTES" in logged()
        assert worker_pids(server) == before


def test_existing_workers_continue_when_new_ones_do_not_start(tmp_path, capfd):
    logged = log_reader(capfd)
    with run_server(tmp_path, TWO_WORKERS) as server:
        before = worker_pids(server)
        (tmp_path / "signing-key.pem").write_text("no key")
        server.process.send_signal(signal.SIGHUP)
        eventually(lambda: "the existing workers continue" in logged())
        assert worker_pids(server) == before
        assert server.client().get("/movies/?page=1").status_code == 200
        time.sleep(1)  # the supervisor has looked after them again
        assert server.process.poll() is None
