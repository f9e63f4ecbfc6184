"""A server stops by itself, in a bounded time, whatever has happened to what it depends on."""

import signal
import socket
from contextlib import ExitStack, contextmanager

import httpx
import pytest
from websockets.sync.client import connect

from tests.conftest import GENEROUS
from tests.support.chat_users import new_chat_user
from tests.support.databases import EMPTY, create_empty_template, postgresql_server
from tests.support.polling import TIMEOUT, eventually
from tests.support.redis_servers import redis_server
from tests.support.servers import run_server
from tests.support.worker_processes import log_reader

FIRST = b"POST /signup HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n{"
"""A request whose body is still to come."""


@pytest.fixture(scope="module")
def own_postgresql():
    with postgresql_server("fsync=off") as server:
        create_empty_template(server)
        yield server


@pytest.fixture
def postgresql(own_postgresql):
    yield own_postgresql
    if not own_postgresql.is_running:
        own_postgresql.start()
    own_postgresql.thaw()
    own_postgresql.execute("SET default_transaction_read_only = off")
    own_postgresql.execute("ALTER SYSTEM RESET ALL")
    own_postgresql.execute("SELECT pg_reload_conf()")


@pytest.fixture
def redis():
    with redis_server() as server:
        yield server


@contextmanager
def serve(tmp_path, postgresql, redis, workers):
    settings = {"database_url": postgresql.new_database(EMPTY), "workers": workers}
    if redis is not None:
        settings["redis_url"] = redis.url
    with run_server(tmp_path, GENEROUS | settings) as server:
        yield server
        assert server.process.wait(TIMEOUT) == 0


@contextmanager
def one_that_listens(server):
    anna = new_chat_user(server)
    url = server.url.replace("http", "ws", 1) + "/notifications"
    with connect(url, additional_headers={"cookie": anna.cookie}, proxy=None):
        yield


def make_read_only(postgresql):
    postgresql.execute("ALTER SYSTEM SET default_transaction_read_only = on")
    postgresql.execute("SELECT pg_reload_conf()")


STATES = {
    "PostgreSQL down": lambda postgresql, redis: postgresql.stop("immediate"),
    "PostgreSQL read-only": lambda postgresql, redis: make_read_only(postgresql),
    "Redis down": lambda postgresql, redis: redis.stop(),
    "both frozen": lambda postgresql, redis: (postgresql.freeze(), redis.freeze()),
}


@pytest.mark.parametrize(
    ("state", "workers"),
    [*((state, "1") for state in STATES), ("PostgreSQL down", "2"), ("both frozen", "2")],
)
def test_server_stops_in_time_whatever_the_state_of_its_database(
    tmp_path, capfd, postgresql, redis, state, workers
):
    logged = log_reader(capfd)
    with serve(tmp_path, postgresql, redis, workers) as server, one_that_listens(server):
        STATES[state](postgresql, redis)
        server.process.terminate()
        assert server.process.wait(TIMEOUT) == 0
    assert "Traceback" not in logged()
    assert "never retrieved" not in logged()


def test_server_whose_database_freezes_and_goes_on_stops(tmp_path, capfd, postgresql):
    logged = log_reader(capfd)
    with serve(tmp_path, postgresql, None, "1") as server, one_that_listens(server):
        postgresql.freeze()
        eventually(lambda: "does not respond" in logged())
        server.process.terminate()
        postgresql.thaw()
        assert server.process.wait(TIMEOUT) == 0


def test_server_stops_while_redis_comes_and_goes(tmp_path, postgresql, redis):
    with serve(tmp_path, postgresql, redis, "1") as server:
        for _ in range(3):
            redis.freeze()
            server.client().get("/movies/?page=1")
            redis.thaw()
        server.process.terminate()
        redis.freeze()


def test_server_stops_with_uploads_open(tmp_path, postgresql, redis):
    with ExitStack() as stack, serve(tmp_path, postgresql, redis, "2") as server:
        stack.enter_context(one_that_listens(server))
        url = httpx.URL(server.url)
        for _ in range(5):
            upload = stack.enter_context(socket.create_connection((url.host, url.port), 10))
            upload.sendall(FIRST)
        assert server.client().get("/genres/").status_code == 200
        postgresql.freeze()
        redis.freeze()
        server.process.terminate()
        assert server.process.wait(TIMEOUT) == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_second_signal_ends_the_server(tmp_path, postgresql, workers):
    with serve(tmp_path, postgresql, None, workers) as server:
        url = httpx.URL(server.url)
        with socket.create_connection((url.host, url.port), 10) as upload:
            upload.sendall(FIRST)
            assert server.client().get("/genres/").status_code == 200
            postgresql.freeze()
            server.process.send_signal(signal.SIGTERM)
            server.process.send_signal(signal.SIGINT)
            assert server.process.wait(TIMEOUT) == 0
