"""Users that belong to one test, and a chat between two of them."""

import pytest

from tests.support.chat_users import ChatUser, new_chat_user, open_chat
from tests.support.servers import RunningServer


@pytest.fixture
def anna(server: RunningServer) -> ChatUser:
    return new_chat_user(server)


@pytest.fixture
def boris(server: RunningServer) -> ChatUser:
    return new_chat_user(server)


@pytest.fixture
def stranger(server: RunningServer) -> ChatUser:
    return new_chat_user(server)


@pytest.fixture
def chat(anna: ChatUser, boris: ChatUser) -> int:
    return open_chat(anna, boris)
