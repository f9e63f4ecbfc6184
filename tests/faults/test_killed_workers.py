"""kill -9 of a worker in the middle of writes: what was acknowledged is there, and only once."""

import os
import signal
from collections import Counter
from contextlib import contextmanager

import pytest

from tests.conftest import GENEROUS, new_database
from tests.support.chat_users import new_chat_user, open_chat
from tests.support.databases import postgresql_server
from tests.support.load_clients import MessageWriter, message_texts, under_load
from tests.support.polling import eventually
from tests.support.servers import run_server
from tests.support.worker_processes import TWO_WORKERS, log_reader, worker_pids

WRITERS = 4
MANY = 30
"""Messages of each writer between two blows."""


@pytest.fixture
def start_workers(engine, tmp_path, request):
    """Starts a server with two workers, each time on the same data."""
    with new_database(engine, request, tmp_path / "server") as database:

        @contextmanager
        def serve():
            with run_server(tmp_path / "server", GENEROUS | TWO_WORKERS | database) as server:
                yield server

        yield serve


def test_every_acknowledged_write_survives_a_kill(start_workers):
    with start_workers() as server:
        anna, boris = new_chat_user(server), new_chat_user(server)
        chat = open_chat(anna, boris)
        authors = (anna, boris) * (WRITERS // 2)
        writers = [
            MessageWriter(server.url, author, chat, f"writer {number}")
            for number, author in enumerate(authors)
        ]
        with under_load(writers):
            for _ in range(2):
                done = sum(len(writer.done) for writer in writers)
                eventually(lambda count: sum(len(w.done) for w in writers) > count + MANY, done)
                struck = min(worker_pids(server))
                os.kill(struck, signal.SIGKILL)
                eventually(lambda gone: gone not in worker_pids(server), struck)
                eventually(lambda: len(worker_pids(server)) == 2)
            done = sum(len(writer.done) for writer in writers)
            eventually(lambda: sum(len(w.done) for w in writers) > done + MANY)
        assert all(set(writer.statuses) <= {200, 503} for writer in writers)
    with start_workers() as server:
        client = server.client()
        client.cookies = anna.client.cookies
        stored = Counter(message_texts(anna._replace(client=client), chat))
    acknowledged = {text for writer in writers for text in writer.done}
    assert acknowledged - set(stored) == set()
    assert {text for text, times in stored.items() if times > 1} == set()
    # A blow may fall between a commit and its answer: at most one message of each writer.
    assert len(set(stored) - acknowledged) <= len(writers)


def test_worker_killed_without_postgresql_is_replaced_when_it_is_back(tmp_path, capfd):
    log = log_reader(capfd)
    with postgresql_server("fsync=off") as database:
        settings = GENEROUS | TWO_WORKERS | {"database_url": database.url("postgres")}
        with run_server(tmp_path, settings) as server:
            database.stop()
            struck = min(worker_pids(server))
            os.kill(struck, signal.SIGKILL)
            eventually(lambda: "the replacement did not start" in log())
            assert server.client().get("/healthz").status_code == 200
            database.start()
            eventually(lambda: "the worker was replaced" in log())
            eventually(lambda: len(worker_pids(server)) == 2)
            assert server.client().get("/readyz").status_code == 200
