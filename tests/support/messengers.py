"""People who use the messenger, each with a client, and their chats."""

from typing import NamedTuple

import httpx

from tests.support.running import RunningServer, unique


class Person(NamedTuple):
    client: httpx.Client
    id: int
    name: str

    @property
    def cookie(self) -> str:
        return f"session_id={self.client.cookies['session_id']}"

    def post(self, chat: int, text: str, nonce: str | None = None) -> int:
        answer = self.client.post(f"/chats/{chat}/messages", json={"text": text, "nonce": nonce})
        assert answer.status_code == 200, answer.text
        return answer.json()["id"]

    def messages(self, chat: int, **query: int) -> list[dict[str, object]]:
        answer = self.client.get(f"/chats/{chat}/messages", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]

    def listed(self, chat: int) -> dict[str, object]:
        chats = self.client.get("/chats").json()["chats"]
        return next(found for found in chats if found["id"] == chat)

    def read(self, chat: int, message: int) -> None:
        answer = self.client.post(f"/chats/{chat}/read", json={"message_id": message})
        assert (answer.status_code, answer.json()) == (200, {})


def person(server: RunningServer) -> Person:
    name = unique()
    client = server.signed_up(name)
    return Person(client, client.get("/users").json()["id"], name)


def open_chat(one: Person, other: Person) -> int:
    answer = one.client.post("/chats", json={"user_id": other.id})
    assert answer.status_code == 200, answer.text
    assert list(answer.json()) == ["id"]
    return answer.json()["id"]
