"""Users of the messenger, each with a client, and their chats."""

from typing import Any, NamedTuple

import httpx

from tests.support.servers import RunningServer, unique_name


class ChatUser(NamedTuple):
    client: httpx.Client
    id: int
    name: str

    @property
    def cookie(self) -> str:
        return f"session_id={self.client.cookies['session_id']}"

    def post(self, chat: int, text: str, nonce: str | None = None) -> int:
        response = self.client.post(f"/chats/{chat}/messages", json={"text": text, "nonce": nonce})
        assert response.status_code == 200, response.text
        return int(response.json()["id"])

    def messages(self, chat: int, **query: int) -> list[dict[str, Any]]:
        response = self.client.get(f"/chats/{chat}/messages", params=query)
        assert response.status_code == 200, response.text
        return list(response.json()["messages"])

    def listed(self, chat: int) -> dict[str, Any]:
        chats = self.client.get("/chats").json()["chats"]
        return next(found for found in chats if found["id"] == chat)

    def read(self, chat: int, message: int) -> None:
        response = self.client.post(f"/chats/{chat}/read", json={"message_id": message})
        assert (response.status_code, response.json()) == (200, {})


def new_chat_user(server: RunningServer) -> ChatUser:
    name = unique_name()
    client = server.signed_up(name)
    return ChatUser(client, client.get("/users").json()["id"], name)


def open_chat(one: ChatUser, other: ChatUser) -> int:
    response = one.client.post("/chats", json={"user_id": other.id})
    assert response.status_code == 200, response.text
    assert list(response.json()) == ["id"]
    return int(response.json()["id"])
