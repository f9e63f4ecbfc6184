"""People of every test's own, and a chat of two of them."""

import pytest

from tests.support.messengers import Person, open_chat, person
from tests.support.running import RunningServer


@pytest.fixture
def anna(server: RunningServer) -> Person:
    return person(server)


@pytest.fixture
def boris(server: RunningServer) -> Person:
    return person(server)


@pytest.fixture
def stranger(server: RunningServer) -> Person:
    return person(server)


@pytest.fixture
def chat(anna: Person, boris: Person) -> int:
    return open_chat(anna, boris)
