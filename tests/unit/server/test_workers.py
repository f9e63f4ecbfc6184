"""Several workers with one command: starting, stopping and replacing them, as seen outside."""

import os
import signal
import socket
import time
from contextlib import ExitStack

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.support.chat_users import new_chat_user, open_chat
from tests.support.polling import TIMEOUT, eventually
from tests.support.servers import RunningServer, run_kinoteka, run_server
from tests.support.worker_processes import TWO_WORKERS, is_running, log_reader, worker_pids


def connected(server: RunningServer) -> socket.socket:
    url = httpx.URL(server.url)
    return socket.create_connection((url.host, url.port), 20)


def answered(connection: socket.socket) -> bytes:
    """What comes until the server closes the connection."""
    received = b""
    while data := connection.recv(65536):
        received += data
    return received


# A worker is a process that multiprocessing has spawned.
WORKERS_CANNOT_START = """
import sys
if "--multiprocessing-fork" in sys.orig_argv:
    sys.exit(1)
"""


class TestStarting:
    def test_all_workers_serve_at_one_address(self, start_server):
        server = start_server(**TWO_WORKERS)
        assert len(worker_pids(server)) == 2
        responses = [server.client().get("/movies/?page=1") for _ in range(8)]
        assert {response.status_code for response in responses} == {200}

    def test_server_stops_when_a_worker_cannot_start(self, tmp_path):
        (tmp_path / "sitecustomize.py").write_text(WORKERS_CANNOT_START)
        where = ("--port", "0", "--data", str(tmp_path / "data"))
        environment = {"KINOTEKA_WORKERS": "2", "PYTHONPATH": str(tmp_path)}
        ended = run_kinoteka("serve", "--no-demo", *where, **environment)
        assert ended.returncode == 1
        assert 'event="a worker did not start: stopping"' in ended.stderr
        assert ended.stdout == ""


class TestStopping:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_requests_in_progress_finish(self, tmp_path, number):
        with run_server(tmp_path, TWO_WORKERS) as server, connected(server) as client:
            body = b'{"login": "anna"}'
            head = f"POST /signup HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
            client.sendall(head.encode() + body[:5])
            with connected(server) as other:  # until this is answered, that has been accepted
                other.sendall(b"GET /genres/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                assert answered(other).startswith(b"HTTP/1.1 ")
            server.process.send_signal(number)
            time.sleep(1)  # the workers are told within half a second
            client.sendall(body[5:])
            assert answered(client).startswith(b"HTTP/1.1 400 ")
            assert server.process.wait(TIMEOUT) == 0

    def test_idle_connections_are_closed(self, tmp_path):
        with run_server(tmp_path, TWO_WORKERS) as server, connected(server) as idle:
            idle.sendall(b"GET /genres/ HTTP/1.1\r\nHost: x\r\n\r\n")
            assert idle.recv(65536).startswith(b"HTTP/1.1 ")
            server.process.terminate()
            answered(idle)
            assert server.process.wait(TIMEOUT) == 0

    def test_websockets_are_closed_with_service_restart(self, tmp_path):
        with run_server(tmp_path, TWO_WORKERS) as server:
            anna = new_chat_user(server)
            url = server.url.replace("http", "ws", 1) + "/notifications"
            with connect(url, additional_headers={"cookie": anna.cookie}, proxy=None) as listening:
                server.process.terminate()
                with pytest.raises(ConnectionClosed) as closed:
                    listening.recv(timeout=TIMEOUT)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012

    def test_second_signal_stops_at_once(self, tmp_path):
        with run_server(tmp_path, TWO_WORKERS) as server, connected(server) as client:
            client.sendall(b"POST /signup HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
            time.sleep(0.5)

            def has_ended():  # the first signal may still wait when the second is sent
                server.process.terminate()
                return server.process.poll() is not None

            eventually(has_ended)
            assert answered_or_reset(client) == b""  # it has not even been given up
            assert server.process.wait(TIMEOUT) == 0

    def test_workers_end_with_their_supervisor(self, tmp_path):
        with run_server(tmp_path, TWO_WORKERS) as server:
            workers = worker_pids(server)
            server.process.kill()
            eventually(lambda: not any(map(is_running, workers)))


def answered_or_reset(connection: socket.socket) -> bytes:
    try:
        return answered(connection)
    except ConnectionResetError:
        return b""


class TestReplacing:
    def test_killed_worker_is_replaced(self, tmp_path, capfd):
        logged = log_reader(capfd)
        with run_server(tmp_path, TWO_WORKERS) as server:
            os.kill(victim := min(worker_pids(server)), signal.SIGKILL)
            eventually(lambda: 'event="the worker was replaced"' in logged())
            assert len(worker_pids(server) - {victim}) == 2
            assert server.client().get("/movies/?page=1").status_code == 200
        assert f"worker={victim} exit_code=-9" in logged()

    def test_signals_add_and_remove_a_worker(self, tmp_path):
        with run_server(tmp_path, TWO_WORKERS) as server:
            server.process.send_signal(signal.SIGTTIN)
            eventually(lambda: len(worker_pids(server)) == 3)
            server.process.send_signal(signal.SIGTTOU)
            eventually(lambda: len(worker_pids(server)) == 2)


class TestMessagesBetweenWorkers:
    def test_listener_receives_messages_of_every_worker(self, start_server):
        server = start_server(**TWO_WORKERS)
        with ExitStack() as stack:
            anna, boris = new_chat_user(server), new_chat_user(server)
            chat = open_chat(anna, boris)
            url = server.url.replace("http", "ws", 1) + f"/chats/{chat}/notifications"
            headers = {"cookie": boris.cookie}
            sockets = [
                stack.enter_context(connect(url, additional_headers=headers, proxy=None))
                for _ in range(12)
            ]
            for text in ("one", "two", "three"):
                anna.post(chat, text)
                assert all(text in listening.recv(timeout=TIMEOUT) for listening in sockets)
