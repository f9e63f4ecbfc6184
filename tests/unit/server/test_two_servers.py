"""Two servers over one database and one Redis, as clients of either see them."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.conftest import GENEROUS, new_database
from tests.support.chat_users import ChatUser, new_chat_user, open_chat
from tests.support.polling import TIMEOUT, eventually
from tests.support.redis_servers import RedisServer, redis_server
from tests.support.servers import PASSWORD, RunningServer, run_server
from tests.support.token_users import new_user


class Two:
    """Two servers and the Redis between them."""

    def __init__(self, one: RunningServer, other: RunningServer, redis: RedisServer) -> None:
        self.one, self.other, self.redis = one, other, redis

    def at_other(self, who: ChatUser) -> ChatUser:
        """The same person, with the same session, at the other server."""
        client = self.other.client(cookie=who.cookie)
        return ChatUser(client, who.id, who.name)

    def bus(self) -> set[str]:
        """How the two are connected."""
        return {server.client().get("/readyz").json()["bus"] for server in (self.one, self.other)}

    def wait_for_bus(self, how: str) -> None:
        """Wait until both are connected, or both are not."""
        eventually(lambda: self.bus() == {how})


@pytest.fixture
def two(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Two]:
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server())
        database = stack.enter_context(new_database(engine, request, tmp_path / "data"))
        chosen = GENEROUS | database | {"redis_url": redis.url}
        servers = [stack.enter_context(run_server(tmp_path / "data", chosen)) for _ in range(2)]
        found = Two(servers[0], servers[1], redis)
        found.wait_for_bus("connected")
        yield found


def listen(server: RunningServer, who: ChatUser) -> ClientConnection:
    url = server.url.replace("http://", "ws://") + "/notifications"
    return connect(url, additional_headers={"cookie": who.cookie}, proxy=None, open_timeout=TIMEOUT)


def close_code(socket: ClientConnection) -> int | None:
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            socket.recv(timeout=TIMEOUT)
    return closed.value.rcvd.code if closed.value.rcvd else None


def test_two_servers_share_messages_and_sessions(two: Two) -> None:
    anna, boris = new_chat_user(two.one), new_chat_user(two.one)
    chat = open_chat(anna, boris)
    with listen(two.other, boris) as socket:
        sent = anna.post(chat, "hello")
        assert f'"id":{sent},' in str(socket.recv(timeout=TIMEOUT))
        at_other = two.at_other(boris).client
        assert at_other.get("/users").status_code == 200
        assert boris.client.delete("/logout").status_code == 200
        assert close_code(socket) == 4401
    assert at_other.get("/users").status_code == 401


def test_access_token_is_rejected_by_both_servers_when_its_session_ends(two: Two) -> None:
    user = new_user(two.one)
    at_other = two.other.client(authorization=f"Bearer {user.access_token}")
    assert user.signed_in()
    assert at_other.get("/api/v1/login/history").status_code == 200
    assert user.client.post("/api/v1/user/logout").is_success
    eventually(lambda: at_other.get("/api/v1/login/history").status_code == 401)


@pytest.mark.parametrize(("away", "back"), [("stop", "start"), ("freeze", "thaw")])
def test_no_message_is_missed_when_redis_restarts(two: Two, away: str, back: str) -> None:
    anna, boris = new_chat_user(two.one), new_chat_user(two.one)
    chat = open_chat(anna, boris)
    with listen(two.other, boris) as socket:
        known = anna.post(chat, "heard")
        socket.recv(timeout=TIMEOUT)
        getattr(two.redis, away)()
        two.wait_for_bus("away")
        began = time.monotonic()
        sign_in = {"email": f"{anna.name}@example.com", "password": PASSWORD}
        assert two.other.client().post("/login", json=sign_in).status_code == 200
        missed = anna.post(chat, "missed")
        assert time.monotonic() - began < TIMEOUT
        getattr(two.redis, back)()
        assert close_code(socket) == 1012
    two.wait_for_bus("connected")
    with listen(two.other, boris) as socket:
        found = two.at_other(boris).messages(chat, after=known)
        assert [message["id"] for message in found] == [missed]
        sent = anna.post(chat, "live again")
        assert f'"id":{sent},' in str(socket.recv(timeout=TIMEOUT))
