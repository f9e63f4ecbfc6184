"""What front ends of this document's first server send and read beyond the document."""

import httpx
import pytest

from kinoteka.contracts.messenger.schemas import one_of
from kinoteka.errors import Code, DomainError
from tests.support.chat_users import ChatUser, new_chat_user, open_chat
from tests.support.servers import PASSWORD, RunningServer, unique_name

DOCUMENT = ("id", "email", "username", "name", "status")


def user(client: httpx.Client) -> dict[str, object]:
    """Return the user of the session with the keys of the document alone."""
    shown = client.get("/users").json()
    return {key: shown[key] for key in DOCUMENT}


def put(client: httpx.Client, body: dict[str, object]) -> httpx.Response:
    return client.put(f"/users/{client.get('/users').json()['id']}", json=body)


def own_phone(client: httpx.Client, username: str) -> str:
    (found,) = client.get(f"/users/{username}").json()["users"]
    return str(found["phone"])


class TestPhoneAndPassword:
    """PUT /users/{id} ignores neither of them silently."""

    @pytest.mark.parametrize(
        ("sent", "stored"),
        [("+7 900 000-00-00", "+7 900 000-00-00"), ("", ""), (None, "1"), ("absent", "1")],
    )
    def test_phone_is_stored_when_present(self, anna: ChatUser, sent: object, stored: str) -> None:
        assert put(anna.client, user(anna.client) | {"phone": "1"}).status_code == 200
        phone = {} if sent == "absent" else {"phone": sent}
        assert put(anna.client, user(anna.client) | phone).status_code == 200
        assert own_phone(anna.client, anna.name) == stored

    @pytest.mark.parametrize("password", ["", None])
    def test_empty_password_is_accepted(self, anna: ChatUser, password: object) -> None:
        assert put(anna.client, user(anna.client) | {"password": password}).status_code == 200

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("password", [PASSWORD, "another long one", " "])
    def test_password_is_rejected_and_nothing_changes(self, anna: ChatUser, password: str) -> None:
        before = user(anna.client)
        response = put(anna.client, before | {"password": password, "name": "changed"})
        assert (response.status_code, response.json()["error"]) == (
            400,
            "password_not_changed_here",
        )
        assert user(anna.client) == before


class TestAliases:
    """`fullname` and `fstatus` for `name` and `status`."""

    @pytest.mark.parametrize(("key", "alias"), [("name", "fullname"), ("status", "fstatus")])
    def test_alias_replaces_the_key(self, anna: ChatUser, key: str, alias: str) -> None:
        body = user(anna.client) | {alias: "new"}
        del body[key]
        response = put(anna.client, body)
        assert response.status_code == 200
        assert (response.json()[key], response.json()[alias]) == ("new", "new")

    def test_sign_up_accepts_aliases(self, server: RunningServer) -> None:
        body = {"email": f"{unique_name()}@example.com", "password": PASSWORD}
        client = server.client()
        sent = body | {"fullname": "Anna", "fstatus": "hello", "name": ""}
        assert client.post("/users", json=sent).status_code == 200
        shown = client.get("/users").json()
        assert (shown["name"], shown["status"]) == ("Anna", "hello")
        sent = body | {"email": f"{unique_name()}@example.com", "name": "Anna", "fullname": "Boris"}
        response = server.client().post("/users", json=sent)
        assert (response.status_code, response.json()["error"]) == (400, "field_invalid")

    def test_search_results_have_aliases(self, anna: ChatUser, boris: ChatUser) -> None:
        put(boris.client, user(boris.client) | {"name": "Boris", "status": "away"})
        (found,) = anna.client.get(f"/users/{boris.name}").json()["users"]
        assert (found["fullname"], found["fstatus"]) == ("Boris", "away")

    @pytest.mark.parametrize(
        ("sent", "status", "stored"),
        [
            ({"name": "old", "fullname": "new"}, 200, "new"),
            ({"name": "new", "fullname": "old"}, 200, "new"),
            ({"name": "new", "fullname": "new"}, 200, "new"),
            ({"name": "old", "fullname": "old"}, 200, "old"),
            ({"name": "old", "fullname": ""}, 200, ""),
            ({"name": "one", "fullname": "two"}, 400, "old"),
        ],
    )
    def test_changed_value_counts_when_key_and_alias_differ(
        self, anna: ChatUser, sent: dict[str, str], status: int, stored: str
    ) -> None:
        put(anna.client, user(anna.client) | {"name": "old"})
        response = put(anna.client, user(anna.client) | sent)
        assert response.status_code == status, response.text
        assert user(anna.client)["name"] == stored


def test_one_of_needs_the_key_or_its_alias() -> None:
    with pytest.raises(DomainError) as caught:
        one_of(("name", None), ("fullname", None))
    assert caught.value.code is Code.FIELD_INVALID
    assert caught.value.parameters == {"field": "name", "reason": "missing"}


class TestChatsOfAUser:
    """GET /users/{id}/chats"""

    def test_chats_have_the_keys_of_the_front_end(self, anna: ChatUser, boris: ChatUser) -> None:
        chat = open_chat(anna, boris)
        expected = {"ID": chat, "Name": boris.name, "Members": [anna.id, boris.id]}
        response = anna.client.get(f"/users/{anna.id}/chats")
        assert response.json() == {"Chats": [expected | {"LastMessage": ""}], "Workspaces": []}
        boris.post(chat, "hello")
        response = anna.client.get(f"/users/{anna.id}/chats/")
        assert response.json()["Chats"] == [expected | {"LastMessage": "hello"}]

    def test_chats_of_another_user_are_rejected(self, anna: ChatUser, boris: ChatUser) -> None:
        for user_id in (boris.id, 2**53):
            response = anna.client.get(f"/users/{user_id}/chats")
            assert (response.status_code, response.json()["error"]) == (401, "unauthorized")


class TestLocalTimes:
    """`Messages` beside `messages`: oldest first, in the setting `timezone`."""

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        ("settings", "hours"), [({}, 0), ({"timezone": "Asia/Kolkata"}, 5.5)], ids=["UTC", "+5:30"]
    )
    def test_messages_are_repeated_oldest_first_in_local_time(
        self, start_server, settings: dict[str, str], hours: float
    ) -> None:
        server = start_server(**settings)
        anna, boris = new_chat_user(server), new_chat_user(server)
        chat = open_chat(anna, boris)
        for text in ("first", "second"):
            anna.post(chat, text)
        shown = anna.client.get(f"/chats/{chat}/messages").json()
        assert [each["text"] for each in shown["messages"]] == ["second", "first"]
        assert [each["text"] for each in shown["Messages"]] == ["first", "second"]
        for one, other in zip(shown["messages"][::-1], shown["Messages"], strict=True):
            assert other | {"message_time": one["message_time"]} == one
            assert other["message_time"] == local(str(one["message_time"]), hours)
        found = anna.client.get("/messages/second").json()
        assert found == {"Messages": [shown["Messages"][1]]}


def local(moment: str, hours: float) -> str:
    """Return an RFC 3339 time in UTC as the DD.MM.YYYY HH:mm of a zone that many hours east."""
    from datetime import datetime, timedelta

    return (datetime.fromisoformat(moment) + timedelta(hours=hours)).strftime("%d.%m.%Y %H:%M")


class TestSearch:
    """GET /messages/{text}"""

    @pytest.fixture
    def search(self, anna: ChatUser, chat: int):
        def search(text: str, **headers: str) -> list[str]:
            response = anna.client.get(f"/messages/{text}", headers=headers)
            assert response.status_code == 200, response.text
            assert list(response.json()) == ["Messages"]
            return [str(each["text"]) for each in response.json()["Messages"]]

        return search

    def test_words_are_found_only_in_own_chats(
        self,
        server: RunningServer,
        anna: ChatUser,
        boris: ChatUser,
        stranger: ChatUser,
        chat,
        search,
    ) -> None:
        boris.post(chat, "Stalker tonight?")
        anna.post(chat, "Solaris, not Stalker")
        elsewhere = open_chat(boris, stranger)
        boris.post(elsewhere, "Stalker elsewhere")
        assert search("stalker") == ["Solaris, not Stalker", "Stalker tonight?"]
        assert search("tonight%20STALKER") == ["Stalker tonight?"]
        assert search("mirror") == []

    @pytest.mark.parametrize(
        ("message", "text"),
        [
            ("Сталкер сегодня", "СТАЛКЕР"),
            ("СОЛЯРИС", "солярис"),
            ("Straße", "STRASSE"),
            ("100% sure", "100%25"),
            ("snake_case", "_"),
            ("Room 5", "5"),
            ("007", "007"),
            ("what is new", "new"),
            ("unread mail", "unread"),
            ("live at eight", "live"),
            ("films for two", "films"),
            ("with you", "with"),
            ("edit it", "edit"),
            ("24/7", "24%2F7"),
            ("a 'quoted' word", "'quoted'"),
        ],
    )
    def test_every_segment_is_a_search_and_no_character_is_special(
        self, anna: ChatUser, chat: int, search, message: str, text: str
    ) -> None:
        anna.post(chat, message)
        anna.post(chat, "nothing like it")
        for accept in ("*/*", "application/json"):
            assert search(text, accept=accept) == [message]

    def test_client_that_prefers_html_gets_the_page(self, anna: ChatUser, chat: int) -> None:
        for path, status in ((f"{chat}", 200), ("new", 200), ("nothing-here", 404)):
            response = anna.client.get(f"/messages/{path}", headers={"accept": "text/html"})
            assert response.status_code == status
            assert response.headers["content-type"].startswith("text/html")
            assert "accept" in ", ".join(response.headers.get_list("vary"))

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize("text", ["x" * 201, "%00", "%ED%A0%80"[:3] + "%01"])
    def test_invalid_text_is_rejected(self, anna: ChatUser, text: str) -> None:
        response = anna.client.get(f"/messages/{text}")
        assert (response.status_code, response.json()["error"]) == (400, "field_invalid")
        assert response.json()["message"].startswith("text: ")

    @pytest.mark.engines("sqlite")
    def test_searches_are_rate_limited_by_account(self, start_server) -> None:
        server = start_server(search_limit="2 per hour")
        anna = new_chat_user(server)
        statuses = [anna.client.get("/messages/a").status_code for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert new_chat_user(server).client.get("/messages/a").status_code == 200

    @pytest.mark.engines("sqlite")
    def test_other_method_on_a_text_is_405(self, anna: ChatUser) -> None:
        response = anna.client.put("/messages/stalker", json={"text": "x"})
        assert (response.status_code, response.json()["error"]) == (405, "method_not_allowed")
        assert response.headers["allow"] == "GET, HEAD, OPTIONS"
