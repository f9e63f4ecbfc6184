"""A client of the chat services and accounts for tests of chats."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from kinoteka.core.access.model import Actor
from kinoteka.core.accounts.model import NewAccount
from kinoteka.core.services import Services
from kinoteka.core.sessions.model import Visit
from kinoteka.database.unit import Unit, unit_of_work
from tests.support.servers import PASSWORD

T = TypeVar("T")
Request = Callable[[Unit], Awaitable[T]]


class ChatClient:
    """The services of one server, with one transaction per request."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.chats = services.chats

    async def sign_up(self, username: str | None = None, **fields: str) -> Actor:
        async with unit_of_work(self.services.database) as unit:
            anonymous = await self.services.access.anonymous(unit)
            new = NewAccount(password=PASSWORD, username=username, **fields)
            visit = Visit("127.0.0.1", "", "test")
            return (await self.services.sessions.sign_up(anonymous, unit, visit, new)).actor

    async def run(self, request: Callable[[Unit], Awaitable[T]]) -> T:
        async with unit_of_work(self.services.database) as unit:
            return await request(unit)

    async def open(self, actor: Actor, other: Actor) -> int:
        other_id = other.require_account()
        return await self.run(lambda unit: self.chats.open(actor, unit, other_id))

    async def post(self, actor: Actor, chat_id: int, text: str, nonce: str | None = None) -> int:
        message = await self.run(lambda unit: self.chats.post(actor, unit, chat_id, text, nonce))
        return message.id

    async def texts(
        self,
        actor: Actor,
        chat_id: int,
        limit: int = 50,
        before: int | None = None,
        after: int | None = None,
    ) -> list[str]:
        messages = await self.run(
            lambda unit: self.chats.list_messages(
                actor, unit, chat_id, limit, before=before, after=after
            )
        )
        return [message.text for message in messages]

    async def unread(self, actor: Actor, chat_id: int) -> int:
        chats = await self.run(lambda unit: self.chats.list_chats(actor, unit, 100, None))
        return next(chat.unread for chat in chats if chat.id == chat_id)

    async def read(self, actor: Actor, chat_id: int, message_id: int) -> None:
        await self.run(lambda unit: self.chats.mark_read(actor, unit, chat_id, message_id))

    async def delete(self, actor: Actor, message_id: int) -> None:
        await self.run(lambda unit: self.chats.delete(actor, unit, message_id))

    async def leave(self, actor: Actor) -> None:
        await self.run(lambda unit: self.services.credentials.delete_account(actor, unit))


@pytest.fixture
def client(services: Services) -> ChatClient:
    return ChatClient(services)


@pytest.fixture
async def anna(client: ChatClient) -> Actor:
    return await client.sign_up("anna")


@pytest.fixture
async def boris(client: ChatClient) -> Actor:
    return await client.sign_up("boris")


@pytest.fixture
async def chat(client: ChatClient, anna: Actor, boris: Actor) -> int:
    return await client.open(anna, boris)
