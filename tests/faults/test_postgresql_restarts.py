"""PostgreSQL restarted under load: no wrong answer, 503 meanwhile, and then as before."""

import pytest

from tests.conftest import GENEROUS
from tests.support.chat_users import new_chat_user, open_chat
from tests.support.cinema_clients import Cinema
from tests.support.databases import postgresql_server
from tests.support.load_clients import MessageWriter, RepeatedReader, message_texts, under_load
from tests.support.polling import eventually
from tests.support.servers import run_server

SOME = 20
"""Answers that each client gets before, and after."""

# The cluster may be stopped as a crash would stop it: whatever it has acknowledged is on disk.
DURABLE = ("fsync=off", "synchronous_commit=on")


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_requests_recover_when_postgresql_restarts_under_load(tmp_path, how):
    with postgresql_server(*DURABLE) as database:
        settings = {"database_url": database.url("postgres"), "database_pool": "4"}
        with run_server(tmp_path, GENEROUS | settings) as server:
            cinema = Cinema(server)
            anna, boris = new_chat_user(server), new_chat_user(server)
            chat = open_chat(anna, boris)
            film = f"/movies/{cinema.films['Alien']}"
            eventually(lambda: server.client().get(film).status_code == 200)
            expected = {path: server.client().get(path).json() for path in (film, "/genres/")}
            readers = [RepeatedReader(server.url, path) for path in expected]
            readers.append(RepeatedReader(server.url, "/chats", cookie=anna.cookie))
            writers = [
                MessageWriter(server.url, anna, chat, "a"),
                MessageWriter(server.url, boris, chat, "b"),
            ]
            clients = [*readers, *writers]
            with under_load(clients):
                eventually(lambda: all(client.statuses[200] > SOME for client in clients))
                database.stop(how)
                eventually(lambda: all(writer.statuses[503] for writer in writers))
                before = {client: client.statuses[200] for client in clients}
                database.start()
                eventually(lambda: all(c.statuses[200] > before[c] + SOME for c in clients))
            check_answers(clients)
            for reader, body in zip(readers, expected.values(), strict=False):
                assert all(
                    response.json() == body for response in reader.responses if response.is_success
                )
            stored = message_texts(anna, chat)
    acknowledged = {text for writer in writers for text in writer.done}
    assert acknowledged - set(stored) == set()
    assert len(set(stored)) == len(stored)


def check_answers(clients):
    """Nobody was answered wrongly, left without an answer, or not told when to try again."""
    for client in clients:
        assert client.broken == 0
        assert set(client.statuses) <= {200, 503}
        for response in client.responses:
            assert response.is_success or int(response.headers["retry-after"]) >= 1
