"""Live notifications over real WebSockets: access, events and close codes."""

import json
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.support.chat_users import ChatUser, new_chat_user, open_chat
from tests.support.polling import TIMEOUT
from tests.support.servers import PASSWORD, RunningServer, unique_name

Listen = Callable[..., ClientConnection]


def listen_at(server: RunningServer, path: str, **headers: str) -> ClientConnection:
    url = server.url.replace("http://", "ws://") + path
    return connect(url, additional_headers=headers, proxy=None, open_timeout=TIMEOUT)


@pytest.fixture
def listen(server: RunningServer) -> Iterator[Listen]:
    """Open sockets that are closed when the test ends."""
    with ExitStack() as stack:
        yield lambda path, **headers: stack.enter_context(listen_at(server, path, **headers))


def receive(socket: ClientConnection) -> tuple[int, dict[str, object]]:
    frame = socket.recv(timeout=TIMEOUT)
    assert isinstance(frame, str)
    event = json.loads(frame)
    assert list(event) == ["event_type", "body"]
    return event["event_type"], event["body"]


def close_code(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            socket.recv(timeout=TIMEOUT)
    return closed.value.rcvd.code if closed.value.rcvd else None


class TestEvents:
    def test_new_edited_and_deleted_messages_are_received(
        self, anna: ChatUser, boris: ChatUser, chat: int, listen: Listen
    ) -> None:
        sockets = [
            listen(f"/chats/{chat}/notifications", cookie=who.cookie) for who in (anna, boris)
        ]
        message = anna.post(chat, "frist")
        (new,) = boris.client.get(f"/chats/{chat}/messages").json()["messages"]
        edited = anna.client.put(f"/messages/{message}", json={"text": "first"}).json()
        anna.client.delete(f"/messages/{message}")
        for socket in sockets:
            assert receive(socket) == (1, new)
            assert receive(socket) == (3, edited)
            assert receive(socket) == (2, edited)

    def test_two_clients_receive_the_same_events_in_the_same_order(
        self, anna: ChatUser, boris: ChatUser, chat: int, listen: Listen
    ) -> None:
        sockets = [
            listen(f"/chats/{chat}/notifications", cookie=who.cookie) for who in (anna, boris)
        ]
        writers = [
            threading.Thread(target=lambda who=who: [who.post(chat, str(n)) for n in range(15)])
            for who in (anna, boris)
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        received = [[receive(socket)[1]["id"] for _ in range(30)] for socket in sockets]
        stored = anna.client.get(f"/chats/{chat}/messages?limit=100").json()["messages"]
        assert received[0] == received[1] == [message["id"] for message in stored][::-1]

    def test_retry_is_received_once(
        self, anna: ChatUser, boris: ChatUser, chat: int, listen: Listen
    ) -> None:
        socket = listen(f"/chats/{chat}/notifications", cookie=boris.cookie)
        first, _, last = (anna.post(chat, "text", nonce) for nonce in ("n", "n", "another"))
        assert [receive(socket)[1]["id"] for _ in range(2)] == [first, last]

    def test_events_of_other_chats_are_not_received(
        self, server: RunningServer, anna: ChatUser, boris: ChatUser, chat: int, listen: Listen
    ) -> None:
        clara = new_chat_user(server)
        socket = listen(f"/chats/{chat}/notifications", cookie=anna.cookie)
        anna.post(open_chat(anna, clara), "elsewhere")
        here = anna.post(chat, "here")
        assert receive(socket)[1]["id"] == here

    def test_all_chats_are_received_including_new_ones(
        self, server: RunningServer, anna: ChatUser, boris: ChatUser, chat: int, listen: Listen
    ) -> None:
        socket = listen("/notifications", cookie=anna.cookie)
        first = boris.post(chat, "old chat")
        clara = new_chat_user(server)
        second = clara.post(open_chat(clara, anna), "new chat")
        assert [receive(socket)[1]["id"] for _ in range(2)] == [first, second]

    def test_no_message_is_lost_or_duplicated_over_a_break(
        self, anna: ChatUser, boris: ChatUser, chat: int, listen: Listen
    ) -> None:
        path = f"/chats/{chat}/notifications"
        known = []
        with listen(path, cookie=boris.cookie) as socket:
            anna.post(chat, "before the break")
            known.append(receive(socket)[1]["id"])
        for number in range(7):
            anna.post(chat, f"during the break {number}")
        with listen(path, cookie=boris.cookie) as socket:
            anna.post(chat, "between opening and catching up")
            while True:
                query = {"after": str(known[-1]), "limit": "3"}
                messages = boris.client.get(f"/chats/{chat}/messages", params=query).json()
                if not messages["messages"]:
                    break
                known += [message["id"] for message in reversed(messages["messages"])]
            anna.post(chat, "afterwards")
            for _ in range(2):
                message = receive(socket)[1]["id"]
                if message not in known:
                    known.append(message)
        stored = anna.client.get(f"/chats/{chat}/messages?limit=100").json()["messages"]
        assert known == [message["id"] for message in stored][::-1]


class TestAccess:
    def test_access_token_is_accepted_instead_of_a_cookie(
        self, server: RunningServer, anna: ChatUser, listen: Listen
    ) -> None:
        body = {"login": unique_name(), "password": PASSWORD}
        made = server.client().post("/api/v1/user", json=body).json()
        chat = anna.client.post("/chats", json={"user_id": made["id"]}).json()["id"]
        bearer = f"Bearer {made['access_token']}"
        socket = listen(f"/chats/{chat}/notifications", authorization=bearer)
        assert receives_next_message(anna, chat, socket)

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"cookie": "session_id=none"},
            {"authorization": "Bearer undefined"},
            {"authorization": "Bearer not.a.token"},
        ],
    )
    @pytest.mark.parametrize("path", ["/chats/{}/notifications", "/notifications"])
    def test_request_without_a_session_is_rejected(
        self, chat: int, listen: Listen, path: str, headers: dict[str, str]
    ) -> None:
        assert rejected_handshake(listen, path.format(chat), **headers) == (401, "unauthorized")

    def test_chat_of_others_looks_like_an_unknown_chat(
        self, server: RunningServer, chat: int, listen: Listen
    ) -> None:
        cookie = new_chat_user(server).cookie
        for number in (chat, 2**52, 2**63):
            path = f"/chats/{number}/notifications"
            assert rejected_handshake(listen, path, cookie=cookie) == (403, "chat_forbidden")

    @pytest.mark.engines("sqlite")
    @pytest.mark.parametrize(
        "headers", [{"origin": "https://elsewhere.example"}, {"origin": "null"}]
    )
    def test_cookie_from_another_origin_is_rejected(
        self, anna: ChatUser, chat: int, listen: Listen, headers: dict[str, str]
    ) -> None:
        path = f"/chats/{chat}/notifications"
        rejection = rejected_handshake(listen, path, cookie=anna.cookie, **headers)
        assert rejection == (403, "cross_origin")

    @pytest.mark.engines("sqlite")
    def test_page_of_the_same_origin_is_accepted(
        self, server: RunningServer, anna: ChatUser, chat: int, listen: Listen
    ) -> None:
        path = f"/chats/{chat}/notifications"
        assert receives_next_message(
            anna, chat, listen(path, cookie=anna.cookie, origin=server.url)
        )

    @pytest.mark.engines("sqlite")
    def test_page_of_an_allowed_origin_is_accepted(self, start_server) -> None:
        server = start_server(cors_origins="https://app.example")
        anna = new_chat_user(server)
        chat = open_chat(anna, new_chat_user(server))
        headers = {"cookie": anna.cookie, "origin": "https://app.example"}
        with listen_at(server, f"/chats/{chat}/notifications", **headers) as socket:
            assert receives_next_message(anna, chat, socket)

    @pytest.mark.engines("sqlite")
    def test_unknown_path_is_404(self, anna: ChatUser, listen: Listen) -> None:
        with pytest.raises(InvalidStatus) as rejected:
            listen("/unknown/path", cookie=anna.cookie)
        assert rejected.value.response.status_code == 404


def receives_next_message(who: ChatUser, chat: int, socket: ClientConnection) -> bool:
    message = who.post(chat, "hello")
    return receive(socket)[1]["id"] == message


def rejected_handshake(listen: Listen, path: str, **headers: str) -> tuple[int, str]:
    with pytest.raises(InvalidStatus) as rejected:
        listen(path, **headers)
    response = rejected.value.response
    return response.status_code, json.loads(response.body)["error"]


class TestClosing:
    def test_sockets_close_when_the_session_ends(
        self, server: RunningServer, anna: ChatUser, chat: int, listen: Listen
    ) -> None:
        sockets = [
            listen(path, cookie=anna.cookie)
            for path in (f"/chats/{chat}/notifications", "/notifications")
        ]
        anna.client.delete("/logout")
        assert [close_code(socket) for socket in sockets] == [4401, 4401]

    def test_socket_closes_when_the_password_is_changed_elsewhere(
        self, server: RunningServer
    ) -> None:
        login = unique_name()
        here, there = server.signed_up(login), server.client()
        there.post("/login", json={"login": login, "password": PASSWORD})
        cookies = [f"session_id={client.cookies['session_id']}" for client in (here, there)]
        with (
            listen_at(server, "/notifications", cookie=cookies[0]) as ended,
            listen_at(server, "/notifications", cookie=cookies[1]) as open_socket,
        ):
            body = {"old_password": PASSWORD, "new_password": "another long one"}
            assert there.put("/password", json=body).status_code == 200
            assert close_code(ended) == 4401
            open_socket.ping().wait(TIMEOUT)

    def test_socket_closes_when_the_account_is_deleted(
        self, anna: ChatUser, boris: ChatUser, chat: int, listen: Listen
    ) -> None:
        of_anna = listen(f"/chats/{chat}/notifications", cookie=anna.cookie)
        of_boris = listen(f"/chats/{chat}/notifications", cookie=boris.cookie)
        anna.client.delete("/profile")
        assert close_code(of_anna) == 4401
        of_boris.ping().wait(TIMEOUT)

    @pytest.mark.engines("sqlite")
    def test_socket_closes_when_the_server_stops(self, start_server) -> None:
        server = start_server()
        with listen_at(server, "/notifications", cookie=new_chat_user(server).cookie) as socket:
            server.process.send_signal(signal.SIGTERM)
            assert close_code(socket) == 1012
        assert server.process.wait(TIMEOUT) in (0, -signal.SIGTERM)

    @pytest.mark.engines("sqlite")
    def test_frames_of_the_client_are_ignored(
        self, anna: ChatUser, chat: int, listen: Listen
    ) -> None:
        socket = listen(f"/chats/{chat}/notifications", cookie=anna.cookie)
        for frame in ("hello", '{"event_type": 1}', b"\x00\xff", "x" * 60_000):
            socket.send(frame)
        assert receives_next_message(anna, chat, socket)

    @pytest.mark.engines("sqlite")
    def test_socket_closes_when_the_client_sends_too_many_frames(
        self, anna: ChatUser, listen: Listen
    ) -> None:
        socket = listen("/notifications", cookie=anna.cookie)
        with pytest.raises(ConnectionClosed):
            for _ in range(100_000):
                socket.send("hello")
        assert close_code(socket) == 1008

    @pytest.mark.engines("sqlite")
    def test_socket_closes_when_a_frame_is_too_large(self, anna: ChatUser, listen: Listen) -> None:
        socket = listen("/notifications", cookie=anna.cookie)
        socket.send("x" * 70_000)
        assert close_code(socket) == 1009

    @pytest.mark.engines("sqlite")
    def test_slow_client_is_disconnected_and_holds_nobody_up(
        self, anna: ChatUser, boris: ChatUser, chat: int, listen: Listen
    ) -> None:
        path = f"/chats/{chat}/notifications"
        slow, quick = listen(path, cookie=boris.cookie), listen(path, cookie=anna.cookie)
        text = "字" * 4000
        for _ in range(900):  # 11 MB: more than the buffers on the way take
            posted = anna.post(chat, text)
            assert receive(quick)[1]["id"] == posted
        # The code arrives only if the buffers have room for it.
        assert close_code(slow) in (1013, None)
        assert receives_next_message(boris, chat, quick)
