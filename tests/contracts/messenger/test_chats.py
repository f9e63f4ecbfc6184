"""Chats and messages of the messenger contract over HTTP, from several clients at once."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.chat_users import ChatUser, new_chat_user, open_chat
from tests.support.servers import PASSWORD, RunningServer, unique_name

NOT_A_MEMBER = {
    "error": "chat_forbidden",
    "message": "chat not found, or you are not a member of it",
}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class TestChats:
    """3.1 POST /chats, 3.2 GET /chats"""

    def test_two_users_always_get_the_same_chat(
        self, anna: ChatUser, boris: ChatUser, stranger: ChatUser, chat: int
    ) -> None:
        assert open_chat(anna, boris) == open_chat(boris, anna) == chat
        assert open_chat(stranger, anna) != chat

    def test_simultaneous_requests_of_both_users_get_the_same_chat(
        self, anna: ChatUser, boris: ChatUser
    ) -> None:
        pairs = [(anna, boris), (boris, anna)] * 5
        with ThreadPoolExecutor(len(pairs)) as pool:
            chats = set(pool.map(lambda pair: open_chat(*pair), pairs))
        assert len(chats) == 1

    @pytest.mark.parametrize("user_id", [2**53 - 1, None, "1", -1, 0, 2**63, True, 1.5])
    def test_unknown_user_is_rejected(self, anna: ChatUser, user_id: object) -> None:
        response = anna.client.post("/chats", json={"user_id": user_id})
        expected = "user_unknown" if user_id == 2**53 - 1 else "field_invalid"
        assert (response.status_code, response.json()["error"]) == (400, expected)

    def test_chat_with_oneself_is_rejected(self, anna: ChatUser) -> None:
        response = anna.client.post("/chats", json={"user_id": anna.id})
        assert (response.status_code, response.json()["error"]) == (400, "chat_with_self")

    def test_newest_conversation_is_listed_first(
        self, anna: ChatUser, boris: ChatUser, stranger: ChatUser, chat: int
    ) -> None:
        other = open_chat(anna, stranger)
        assert [found["id"] for found in anna.client.get("/chats").json()["chats"]] == [other, chat]
        message = boris.post(chat, "hello")
        first, second = anna.client.get("/chats").json()["chats"]
        assert first == {
            "id": chat,
            "name": boris.name,
            "members": sorted([anna.id, boris.id]),
            "last_message": {
                "id": message,
                "chat_id": chat,
                "author_id": boris.id,
                "text": "hello",
                "message_time": first["last_message"]["message_time"],
                "edited": False,
            },
            "unread": 1,
        }
        assert RFC_3339.fullmatch(first["last_message"]["message_time"])
        assert (second["id"], second["last_message"], second["unread"]) == (other, None, 0)
        assert boris.listed(chat)["name"] == anna.name

    def test_list_continues_after_a_chat(
        self, anna: ChatUser, boris: ChatUser, stranger: ChatUser
    ) -> None:
        first, second = open_chat(anna, boris), open_chat(anna, stranger)
        page = anna.client.get("/chats", params={"limit": 1}).json()["chats"]
        rest = anna.client.get("/chats", params={"before": second}).json()["chats"]
        assert [found["id"] for found in (*page, *rest)] == [second, first]
        assert anna.client.get("/chats", params={"before": first}).json()["chats"] == []

    def test_name_of_a_chat_is_never_an_email_address(
        self, server: RunningServer, anna: ChatUser
    ) -> None:
        client = server.client()
        body = {"email": f"{unique_name()}@example.com", "password": PASSWORD}
        client.post("/users", json=body)
        nameless = ChatUser(client, client.get("/users").json()["id"], "")
        chat = open_chat(anna, nameless)
        assert anna.listed(chat)["name"] == f"user {nameless.id}"


class TestMessages:
    """POST and GET /chats/{id}/messages, PUT and DELETE /messages/{id}"""

    def test_messages_are_listed_newest_first_before_or_after_an_id(
        self, anna: ChatUser, boris: ChatUser, chat: int
    ):
        ids = [(anna if number % 2 else boris).post(chat, str(number)) for number in range(6)]
        newest_first = [message["id"] for message in anna.messages(chat)]
        assert newest_first == ids[::-1]
        assert [m["id"] for m in anna.messages(chat, limit=2)] == [ids[5], ids[4]]
        assert [m["id"] for m in anna.messages(chat, limit=2, before=ids[4])] == [ids[3], ids[2]]
        assert [m["id"] for m in anna.messages(chat, limit=2, after=ids[0])] == [ids[2], ids[1]]
        assert [m["id"] for m in anna.messages(chat, after=0)] == ids[::-1]

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=101", "limit=x", "before=0", "after=-1", "before=1&after=1"]
    )
    def test_invalid_query_is_rejected(self, anna: ChatUser, chat: int, query: str) -> None:
        response = anna.client.get(f"/chats/{chat}/messages?{query}")
        assert (response.status_code, response.json()["error"]) == (400, "field_invalid")

    def test_repeated_nonce_creates_one_message(
        self, anna: ChatUser, boris: ChatUser, chat: int
    ) -> None:
        first = anna.post(chat, "once", "a nonce")
        assert anna.post(chat, "once", "a nonce") == first
        assert boris.post(chat, "another's", "a nonce") != first
        assert len(anna.messages(chat)) == 2

    def test_simultaneous_requests_with_one_nonce_create_one_message(
        self, anna: ChatUser, boris: ChatUser, chat: int
    ) -> None:
        with ThreadPoolExecutor(10) as pool:
            ids = list(pool.map(lambda _: anna.post(chat, "at once", "nonce"), range(20)))
        assert len(set(ids)) == 1
        assert len(anna.messages(chat)) == 1
        assert boris.listed(chat)["unread"] == 1

    def test_no_message_is_lost_when_both_members_post_at_once(
        self, anna: ChatUser, boris: ChatUser, chat: int
    ) -> None:
        with ThreadPoolExecutor(8) as pool:
            posted = [
                pool.submit(who.post, chat, f"{who.name} {number}")
                for number in range(20)
                for who in (anna, boris)
            ]
            ids = {each.result() for each in posted}
        messages = anna.messages(chat, limit=100)
        assert {message["id"] for message in messages} == ids
        assert len(ids) == 40
        assert (anna.listed(chat)["unread"], boris.listed(chat)["unread"]) == (20, 20)

    def test_author_can_edit_a_message(self, anna: ChatUser, boris: ChatUser, chat: int) -> None:
        message = anna.post(chat, "frist")
        (before,) = boris.messages(chat)
        response = anna.client.put(f"/messages/{message}", json={"text": "first"})
        assert response.status_code == 200
        assert response.json() == before | {"text": "first", "edited": True}
        assert boris.messages(chat) == [response.json()]

    def test_author_can_delete_a_message(self, anna: ChatUser, boris: ChatUser, chat: int) -> None:
        kept, message = anna.post(chat, "kept"), anna.post(chat, "never mind")
        response = anna.client.delete(f"/messages/{message}")
        assert (response.status_code, response.json()) == (200, {})
        assert [found["id"] for found in boris.messages(chat)] == [kept]
        assert boris.listed(chat)["last_message"]["id"] == kept
        assert boris.listed(chat)["unread"] == 1
        again = anna.client.delete(f"/messages/{message}")
        assert (again.status_code, again.json()["error"]) == (400, "message_unknown")

    def test_message_of_another_user_cannot_be_edited_or_deleted(
        self, anna: ChatUser, boris: ChatUser, stranger: ChatUser, chat: int
    ) -> None:
        message = anna.post(chat, "mine")
        for request in (
            lambda who, number: who.client.put(f"/messages/{number}", json={"text": "no"}),
            lambda who, number: who.client.delete(f"/messages/{number}"),
        ):
            response = request(boris, message)
            assert (response.status_code, response.json()["error"]) == (403, "message_forbidden")
            foreign, unknown = request(stranger, message), request(stranger, 2**52)
            assert (foreign.status_code, foreign.json()["error"]) == (400, "message_unknown")
            assert (unknown.status_code, unknown.content) == (foreign.status_code, foreign.content)
        assert anna.messages(chat)[0]["text"] == "mine"

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("text", ["", " \n ", "x" * 4001, "nul\x00", 5, None])
    def test_invalid_text_is_rejected(self, anna: ChatUser, chat: int, text: object) -> None:
        message = anna.post(chat, "before")
        for response in (
            anna.client.post(f"/chats/{chat}/messages", json={"text": text}),
            anna.client.put(f"/messages/{message}", json={"text": text}),
        ):
            assert (response.status_code, response.json()["error"]) == (400, "field_invalid")
            assert "text" in response.json()["message"]
        assert len(anna.messages(chat)) == 1

    def test_messages_are_rate_limited_but_retries_are_not(self, start_server) -> None:
        server = start_server(message_limit="3 per hour")
        anna, boris = new_chat_user(server), new_chat_user(server)
        chat = open_chat(anna, boris)
        first = anna.post(chat, "one", "nonce")
        anna.post(chat, "two")
        response = anna.client.post(f"/chats/{chat}/messages", json={"text": "three"})
        assert (response.status_code, response.json()["error"]) == (429, "throttled")
        assert int(response.headers["retry-after"]) > 0
        assert anna.post(chat, "one", "nonce") == first
        boris.post(chat, "the other goes on")


class TestUnread:
    """POST /chats/{id}/read"""

    def test_count_decreases_by_reading_and_never_by_going_back(
        self, anna: ChatUser, boris: ChatUser, chat: int
    ) -> None:
        ids = [boris.post(chat, str(number)) for number in range(5)]
        for message, left in ((ids[1], 3), (ids[0], 3), (ids[4], 0), (ids[2], 0)):
            anna.read(chat, message)
            assert anna.listed(chat)["unread"] == left
        boris.post(chat, "one more")
        assert anna.listed(chat)["unread"] == 1

    def test_count_is_right_while_both_members_post_read_and_delete(
        self, anna: ChatUser, boris: ChatUser, chat: int
    ) -> None:
        def talk(me: ChatUser) -> int:
            """Post, delete and read messages. Return the id of the last one that was read."""
            read = 0
            for number in range(12):
                message = me.post(chat, str(number))
                if number % 4 == 3:
                    me.client.delete(f"/messages/{message}")
                if number % 5 == 2:
                    read = me.messages(chat, limit=3)[-1]["id"]
                    me.read(chat, read)
            return read

        people = (anna, boris, anna, boris)
        with ThreadPoolExecutor(4) as pool:
            read = list(pool.map(talk, people))
        for me, other in ((anna, boris), (boris, anna)):
            up_to = max(message for who, message in zip(people, read, strict=True) if who is me)
            following = me.messages(chat, limit=100, after=up_to)
            unread = sum(message["author_id"] == other.id for message in following)
            assert me.listed(chat)["unread"] == unread


def test_chat_foreign_looks_like_an_unknown_chat(stranger: ChatUser, chat: int) -> None:
    client = stranger.client
    for request in (
        lambda number: client.get(f"/chats/{number}/messages"),
        lambda number: client.post(f"/chats/{number}/messages", json={"text": "hello"}),
        lambda number: client.post(f"/chats/{number}/read", json={"message_id": 1}),
        lambda number: client.get("/chats", params={"before": number}),
    ):
        foreign, unknown = request(chat), request(2**52)
        assert (foreign.status_code, foreign.json()) == (403, NOT_A_MEMBER)
        assert (unknown.status_code, unknown.content) == (403, foreign.content)


def test_messages_of_a_deleted_account_stay_readable(
    anna: ChatUser, boris: ChatUser, chat: int
) -> None:
    own = anna.post(chat, "hello")
    boris.post(chat, "farewell")
    assert boris.client.delete("/profile").status_code == 200
    listed = anna.listed(chat)
    assert (listed["name"], listed["members"], listed["unread"]) == ("deleted user", [anna.id], 1)
    assert [(m["text"], m["author_id"]) for m in anna.messages(chat)] == [
        ("farewell", 0),
        ("hello", anna.id),
    ]
    for method, path in (("POST", f"/chats/{chat}/messages"), ("PUT", f"/messages/{own}")):
        response = anna.client.request(method, path, json={"text": "still here"})
        assert (response.status_code, response.json()["error"]) == (400, "account_gone")
    anna.read(chat, own)
    assert anna.client.delete(f"/messages/{own}").status_code == 200
    response = anna.client.post("/chats", json={"user_id": boris.id})
    assert (response.status_code, response.json()["error"]) == (400, "user_unknown")
