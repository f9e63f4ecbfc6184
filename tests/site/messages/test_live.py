"""What scripts are told: history, counts, and the socket by which they hear what happens."""

import json
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.support.chat_users import open_chat
from tests.support.polling import TIMEOUT
from tests.support.redis_servers import redis_server


@pytest.fixture
def listen(server):
    """Listen as a user until the test ends."""
    with ExitStack() as stack:

        def listen(cookie, **headers):
            url = server.url.replace("http://", "ws://") + "/messages/live"
            given = {"cookie": cookie, "origin": server.url} | headers
            given = {name: value for name, value in given.items() if value is not None}
            return stack.enter_context(connect(url, additional_headers=given, proxy=None))

        yield listen


def next_event(socket):
    return json.loads(socket.recv(timeout=TIMEOUT))


class TestSocket:
    def test_message_arrives_with_the_unread_count(self, anna, boris, chat, listen):
        sockets = [listen(each.who.cookie) for each in (anna, boris)]
        message = anna.who.post(chat, "frist", "my-nonce")
        anna.client.put(f"/messages/{message}", json={"text": "first"})
        anna.client.delete(f"/messages/{message}")
        for socket, reader in zip(sockets, (anna, boris), strict=True):
            events = [next_event(socket) for _ in range(3)]
            assert [event["type"] for event in events] == ["new", "edited", "deleted"]
            assert {event["message"]["id"] for event in events} == {message}
            nonces = {event["message"]["nonce"] for event in events}
            assert nonces == ({"my-nonce"} if reader is anna else {None})
            assert set(events[0]["message"]) == {
                "id", "chat_id", "author_id", "text", "at", "edited_at", "nonce"
            }  # fmt: skip
        assert events[2]["unread"] == {"total": 0, "in_chat": 0}

    def test_unread_counts_are_those_of_the_reader(self, anna, boris, stranger, chat, listen):
        socket, own = listen(boris.who.cookie), listen(anna.who.cookie)
        stranger.who.post(open_chat(stranger.who, boris.who), "hello")
        anna.who.post(chat, "hello")
        anna.who.post(chat, "again")
        counts = [next_event(socket)["unread"] for _ in range(3)]
        assert counts[-1] == {"total": 3, "in_chat": 2}
        assert [next_event(own)["unread"]["total"] for _ in range(2)] == [0, 0]

    def test_read_receipts_reach_all_windows_of_both_members(self, anna, boris, chat, listen):
        message = anna.who.post(chat, "hello")
        sockets = [listen(each.who.cookie) for each in (anna, boris, boris)]
        boris.who.read(chat, message)
        events = [next_event(socket) for socket in sockets]
        assert events[0] == events[1] | {"unread": {"total": 0, "in_chat": 0}}
        assert events[1] == events[2]
        assert events[1] == {
            "type": "read",
            "chat_id": chat,
            "account_id": boris.id,
            "message_id": message,
            "unread": {"total": 0, "in_chat": 0},
        }

    def test_sockets_of_the_contract_receive_no_events_of_the_site(
        self, server, anna, boris, chat, listen
    ):
        message = anna.who.post(chat, "hello")
        for path in ("/notifications", f"/chats/{chat}/notifications"):
            url = server.url.replace("http://", "ws://") + path
            headers = {"cookie": anna.who.cookie}
            with connect(url, additional_headers=headers, proxy=None) as socket:
                boris.who.read(chat, message)
                message = anna.who.post(chat, "again")
                event = next_event(socket)
                assert (event["event_type"], event["body"]["id"]) == (1, message)
                assert set(event["body"]) == {
                    "id", "chat_id", "author_id", "text", "message_time", "edited"
                }  # fmt: skip

    def test_socket_closes_with_the_session(self, anna, listen):
        socket = listen(anna.who.cookie)
        anna.client.delete("/logout")
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=TIMEOUT)
        assert closed.value.rcvd
        assert closed.value.rcvd.code == 4401

    @pytest.mark.parametrize(
        ("cookie", "headers", "status"),
        [
            ("", {}, 401),
            ("session_id=none", {}, 401),
            (None, {}, 401),
            ("own", {"origin": "https://elsewhere.example"}, 403),
            ("own", {"origin": None}, 403),
        ],
    )
    def test_socket_requires_a_session_and_the_own_origin(
        self, anna, listen, cookie, headers, status
    ):
        with pytest.raises(InvalidStatus) as refused:
            listen(anna.who.cookie if cookie == "own" else cookie, **headers)
        assert refused.value.response.status_code == status


class TestHistory:
    def test_messages_are_paged_newest_first(self, anna, boris, chat):
        ids = [anna.who.post(chat, f"message {number}", f"n{number}") for number in range(5)]
        boris.who.read(chat, ids[3])
        history = boris.client.get(f"/messages/{chat}/history?limit=3").json()
        assert [message["id"] for message in history["messages"]] == ids[:1:-1]
        assert {message["nonce"] for message in history["messages"]} == {None}
        assert history["has_older"]
        assert (history["read_id"], history["other_read_id"]) == (ids[3], 0)
        assert history["unread"] == {"total": 1, "in_chat": 1}
        older = anna.client.get(f"/messages/{chat}/history?limit=3&before={ids[2]}").json()
        assert [message["nonce"] for message in older["messages"]] == ["n1", "n0"]
        assert (older["has_older"], older["other_read_id"]) == (False, ids[3])

    @pytest.mark.parametrize("query", ["limit=0", "limit=101", "before=0", "before=x"])
    def test_invalid_query_is_rejected(self, anna, chat, query):
        assert anna.client.get(f"/messages/{chat}/history?{query}").status_code == 400

    def test_chat_of_others_is_unknown(self, stranger, chat):
        for number in (chat, 2**52):
            assert stranger.client.get(f"/messages/{number}/history").status_code == 404


def test_unread_messages_are_counted(server, anna, boris, chat):
    boris.who.post(chat, "hello")
    assert anna.client.get("/messages/unread/count").json()["total"] == 1
    assert server.client().get("/messages/unread/count").status_code == 303


class TestTwoWorkers:
    @pytest.fixture
    def server(self, start_server):
        with redis_server() as redis:
            yield start_server(redis_url=redis.url, workers="2")

    def test_workers_share_events(self, anna, boris, chat, listen):
        sockets = [listen(anna.who.cookie) for _ in range(6)]  # on either, some of them
        message = boris.who.post(chat, "hello")
        for socket in sockets:
            event = next_event(socket)
            assert (event["message"]["id"], event["unread"]["total"]) == (message, 1)
        anna.who.read(chat, message)
        for socket in sockets:
            event = next_event(socket)
            assert (event["type"], event["unread"]["total"]) == ("read", 0)
