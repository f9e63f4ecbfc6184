"""Two people with a chat of theirs, a browser each."""

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.support.browsers import TIMEOUT_MS
from tests.support.chat_users import ChatUser, open_chat
from tests.support.servers import unique_name
from tests.support.tcp_proxies import tcp_proxy

expect.set_options(timeout=TIMEOUT_MS)


class Chatter:
    """A member with an open conversation."""

    def __init__(self, visitor, who: ChatUser, chat: int) -> None:
        self.visitor, self.who, self.chat = visitor, who, chat
        self.page: Page = visitor.page

    async def open(self, live: bool = True) -> Page:
        await self.visitor.open(f"/messages/{self.chat}")
        if live:
            await self.is_live()
        return self.page

    async def is_live(self) -> None:
        await expect(self.page.locator("[data-live=open]")).to_have_count(1)

    async def write(self, text: str) -> None:
        await self.page.get_by_label("Message", exact=True).fill(text)
        await self.page.keyboard.press("Enter")

    async def sees(self, *texts: str) -> None:
        await expect(self.page.locator(".log .message-text")).to_have_text(list(texts))

    def states(self):
        return self.page.locator(".log .message-state")

    async def states_are(self, *states: str) -> None:
        await expect(self.states()).to_have_count(len(states))
        for number, state in enumerate(states):
            await expect(self.states().nth(number)).to_have_attribute("data-state", state)

    async def unread_is(self, number: int) -> None:
        badge = self.page.locator("#unread")
        if number:
            await expect(badge.locator("span").first).to_have_text(str(number))
        await expect(badge).to_be_visible(visible=number > 0)


@pytest_asyncio.fixture(loop_scope="session")
async def proxy(site):
    async with tcp_proxy(site.url) as proxy:
        yield proxy


@pytest.fixture
def chatters(site, visit):
    """Return a function that opens a chat between two members; the first may use a proxy."""

    async def chatters(url: str | None = None, **look) -> tuple[Chatter, Chatter]:
        people = []
        for name, address in (("anna", url), ("boris", None)):
            visitor = await visit(address or site.url, **look)
            username = unique_name(name)
            await visitor.become(username, site.signed_up(username))
            number = visitor.client.get("/users").json()["id"]
            people.append((visitor, ChatUser(visitor.client, number, username)))
        chat = open_chat(people[0][1], people[1][1])
        anna, boris = (Chatter(visitor, who, chat) for visitor, who in people)
        return anna, boris

    return chatters
