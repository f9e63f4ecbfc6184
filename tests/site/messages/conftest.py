"""Two members of every test's own, and a chat of them, as pages."""

from typing import Any

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.support.chat_users import ChatUser, new_chat_user, open_chat
from tests.support.servers import RunningServer

HTML = {"accept": "text/html"}


class Reader:
    """A user who opens pages and sends forms."""

    def __init__(self, who: ChatUser, server: RunningServer) -> None:
        self.who = who
        self.client = who.client
        self.id, self.name = who.id, who.name
        self._origin = {"origin": server.url}

    def look(self, path: str, status: int = 200, **headers: str) -> LexborHTMLParser:
        response = self.client.get(path, headers=HTML | headers)
        assert response.status_code == status, response.text
        return LexborHTMLParser(response.text)

    def send(self, path: str, **fields: Any) -> httpx.Response:
        return self.client.post(path, data=fields, headers=HTML | self._origin)

    def sent(self, path: str, **fields: Any) -> str:
        """Where a form that succeeds leads."""
        response = self.send(path, **fields)
        assert response.status_code == 303, response.text
        return response.headers["location"]


@pytest.fixture
def anna(server: RunningServer) -> Reader:
    return Reader(new_chat_user(server), server)


@pytest.fixture
def boris(server: RunningServer) -> Reader:
    return Reader(new_chat_user(server), server)


@pytest.fixture
def stranger(server: RunningServer) -> Reader:
    return Reader(new_chat_user(server), server)


@pytest.fixture
def chat(anna: Reader, boris: Reader) -> int:
    return open_chat(anna.who, boris.who)
