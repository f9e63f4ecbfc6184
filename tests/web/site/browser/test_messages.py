"""Two people who chat in two browsers: live, over breaks, by keyboard."""

import json
import re
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from axe import findings
from lines import line_to
from messengers import Person, open_chat
from running import unique

CASES = json.loads(
    (Path(__file__).parents[1] / "messages" / "links.json").read_text(encoding="utf-8")
)
BROKEN = r"^unanswered: |^console: .*(WebSocket|ERR_)"


class Chatter:
    """Somebody with a conversation open."""

    def __init__(self, visitor, who: Person, chat: int) -> None:
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
async def line(site):
    async with line_to(site.url) as line:
        yield line


@pytest.fixture
def chatters(site, visit):
    """Gives two people in a chat of theirs; the first may come over a line."""

    async def chatters(url: str | None = None, **look) -> tuple[Chatter, Chatter]:
        people = []
        for name, address in (("anna", url), ("boris", None)):
            visitor = await visit(address or site.url, **look)
            username = unique(name)
            await visitor.become(username, site.signed_up(username))
            number = visitor.client.get("/users").json()["id"]
            people.append((visitor, Person(visitor.client, number, username)))
        chat = open_chat(people[0][1], people[1][1])
        anna, boris = (Chatter(visitor, who, chat) for visitor, who in people)
        return anna, boris

    return chatters


async def test_what_one_writes_the_other_sees_at_once_and_both_see_it_read(chatters):
    anna, boris = await chatters()
    await anna.open()
    await boris.open()
    await anna.write("Stalker tonight?")
    await boris.sees("Stalker tonight?")
    await anna.sees("Stalker tonight?")
    await anna.states_are("read")
    await boris.write("Gladly.\nAt eight?")
    await anna.sees("Stalker tonight?", "Gladly.\nAt eight?")
    await boris.states_are("read")
    for each in (anna, boris):
        await each.unread_is(0)
        await expect(each.page.get_by_label("Message", exact=True)).to_be_empty()


async def test_unread_counts_are_right_everywhere(chatters, site):
    anna, boris = await chatters()
    elsewhere = await boris.visitor.context.new_page()
    await elsewhere.goto(site.url + "/films")
    page = await boris.visitor.open("/messages")
    await boris.is_live()
    for number in range(1, 4):
        anna.who.post(anna.chat, f"message {number}")
        await boris.unread_is(number)
    row = page.locator(f"[data-chat='{boris.chat}']")
    await expect(row.locator(".count > span").first).to_have_text("3")
    await expect(row.locator(".chat-preview")).to_have_text("message 3")
    await expect(page).to_have_title(re.compile(r"^\(3\) "))
    await expect(elsewhere.locator("#unread > span").first).to_have_text("3")
    boris.who.read(boris.chat, anna.who.post(anna.chat, "read elsewhere"))
    await boris.unread_is(0)
    await expect(elsewhere.locator("#unread")).to_be_hidden()
    await expect(page).to_have_title(re.compile(r"^Messages"))


async def test_only_what_has_been_seen_is_read(chatters):
    anna, boris = await chatters()
    for number in range(40):
        boris.who.post(boris.chat, f"message {number}\n" * 3)
    page = await anna.open()
    await expect(page.locator(".unread-line")).to_be_in_viewport()
    await expect(page.locator("#unread > span").first).not_to_have_text("40")
    left = int(await page.locator("#unread > span").first.inner_text())
    assert 25 < left < 40
    assert anna.who.listed(anna.chat)["unread"] == left
    await page.locator(".log").evaluate("log => { log.scrollTop = 0 }")
    await anna.unread_is(0)


async def test_editing_and_deleting_are_live(chatters):
    anna, boris = await chatters()
    boris.who.post(boris.chat, "hello")
    page = await anna.open()
    await boris.open()
    await anna.write("frist")
    await anna.write("second")
    await boris.sees("hello", "frist", "second")
    area = page.get_by_label("Message", exact=True)
    await area.press("ArrowUp")
    await expect(area).to_have_value("second")
    await area.press("Escape")
    await expect(area).to_have_value("")
    await page.locator(".message", has_text="frist").hover()
    await page.locator(".message", has_text="frist").get_by_label("Edit this message").click()
    await area.fill("first")
    await area.press("Enter")
    await boris.sees("hello", "first", "second")
    await anna.sees("hello", "first", "second")
    await expect(boris.page.locator(".message-edited:visible")).to_have_count(1)
    await page.locator(".message", has_text="second").hover()
    await page.locator(".message", has_text="second").get_by_label("Delete this message").click()
    await page.get_by_role("button", name="Keep").click()
    await anna.sees("hello", "first", "second")
    await page.locator(".message", has_text="second").get_by_label("Delete this message").click()
    await page.get_by_role("button", name="Delete", exact=True).click()
    for each in (anna, boris):
        await each.sees("hello", "first")
    row = boris.page.locator(f"[data-chat='{boris.chat}'] .chat-preview")
    await expect(row).to_have_text("first")


async def test_a_break_loses_nothing_and_doubles_nothing(chatters, line):
    anna, boris = await chatters(line.url)
    anna.visitor.expects(BROKEN)
    changed, deleted = (boris.who.post(boris.chat, text) for text in ("frist", "never mind"))
    await anna.open()
    await boris.open()
    await line.cut()
    await anna.write("written without a connection")
    await anna.write("and one more")
    await anna.states_are("sending", "sending")
    await expect(anna.page.locator(".connection")).to_be_visible()
    boris.who.client.put(f"/messages/{changed}", json={"text": "first"})
    boris.who.client.delete(f"/messages/{deleted}")
    for number in range(3):
        boris.who.post(boris.chat, f"missed {number}")
    await line.mend()
    missed = [f"missed {number}" for number in range(3)]
    everything = ("first", *missed, "written without a connection", "and one more")
    for each in (anna, boris):
        await each.sees(*everything)
    await anna.states_are("read", "read")
    await anna.is_live()
    await expect(anna.page.locator(".connection")).to_be_hidden()
    stored = [message["text"] for message in anna.who.messages(anna.chat)][::-1]
    assert stored == list(everything)
    await anna.unread_is(0)


async def test_an_answer_that_is_lost_makes_no_double(chatters):
    anna, boris = await chatters()
    page = await anna.open()
    await boris.open()
    anna.visitor.expects(BROKEN)
    lost = []

    async def lose(route):
        if lost:
            await route.continue_()
            return
        lost.append(await route.fetch())  # the server has it
        await route.abort("connectionreset")

    await page.route("**/chats/*/messages", lose)
    await anna.write("once")
    for each in (anna, boris):
        await each.sees("once")
    await anna.states_are("read")
    await page.wait_for_function("() => !Object.keys(localStorage).some(k => k.endsWith('outbox'))")
    await anna.sees("once")
    assert len(anna.who.messages(anna.chat)) == 1


async def test_what_waits_outlives_the_page(chatters):
    anna, boris = await chatters()
    page = await anna.open()
    anna.visitor.expects(BROKEN)
    await page.route("**/chats/*/messages", lambda route: route.abort("connectionrefused"))
    await anna.write("kept")
    await anna.states_are("sending")
    await expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    await page.reload()
    await anna.sees("kept")
    await page.unroute("**/chats/*/messages")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await anna.states_are("sent")
    assert [message["text"] for message in boris.who.messages(boris.chat)] == ["kept"]


async def test_what_is_refused_can_be_tried_again_or_discarded(chatters):
    anna, _ = await chatters()
    page = await anna.open()
    anna.visitor.expects("^403 POST")
    refused = {"error": "chat_forbidden", "message": "no"}
    await page.route("**/chats/*/messages", lambda route: route.fulfill(status=403, json=refused))
    await anna.write("one")
    await anna.write("two")
    await anna.states_are("failed", "failed")
    await page.get_by_role("button", name="Discard").first.click()
    await anna.sees("two")
    await page.unroute("**/chats/*/messages")
    await page.get_by_role("button", name="Try again").click()
    await anna.states_are("sent")
    assert [message["text"] for message in anna.who.messages(anna.chat)] == ["two"]


async def test_too_fast_is_said_and_sent_later(chatters):
    anna, _ = await chatters()
    page = await anna.open()
    anna.visitor.expects("^429 POST")
    tries = []

    async def throttle(route):
        tries.append(route)
        if len(tries) > 1:
            await route.continue_()
            return
        headers = {"retry-after": "1"}
        body = {"error": "throttled", "message": "no"}
        await route.fulfill(status=429, headers=headers, json=body)

    await page.route("**/chats/*/messages", throttle)
    await anna.write("quickly")
    await expect(page.get_by_text("That was too fast.")).to_be_visible()
    await anna.states_are("sent")
    await expect(page.get_by_text("That was too fast.")).to_be_hidden()


async def test_a_draft_is_kept_for_its_writer_alone(chatters, site):
    anna, _ = await chatters()
    page = await anna.open()
    area = page.get_by_label("Message", exact=True)
    await area.fill("not yet")
    await page.reload()
    await expect(area).to_have_value("not yet")
    await visit_menu(page)
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_function("() => Object.keys(localStorage).length === 0")


async def test_another_account_in_the_same_browser_finds_nothing(chatters, site):
    anna, boris = await chatters()
    page = await anna.open()
    await page.get_by_label("Message", exact=True).fill("a secret")
    await page.goto(site.url + "/films")
    await anna.visitor.become(boris.who.name, boris.who.client)
    await page.goto(f"{site.url}/messages/{anna.chat}")
    await expect(page.get_by_label("Message", exact=True)).to_have_value("")
    kept = await page.evaluate("() => JSON.stringify(localStorage)")
    assert "secret" not in kept


async def visit_menu(page: Page) -> None:
    await page.locator("summary[aria-label='Your menu']").click()


async def test_who_is_signed_out_elsewhere_is_led_to_the_sign_in(chatters):
    anna, _ = await chatters()
    page = await anna.open()
    anna.who.client.delete("/logout")
    await page.wait_for_url("**/sign-in?next=*")


async def test_older_messages_come_as_one_scrolls_up(chatters):
    anna, boris = await chatters()
    for number in range(120):
        boris.who.post(boris.chat, f"message {number}")
    boris.who.client.post(f"/chats/{boris.chat}/read", json={"message_id": 2**40})
    anna.who.read(anna.chat, 2**40)
    page = await anna.open()
    texts = page.locator(".log .message-text")
    await expect(texts).to_have_count(50)
    log = page.locator(".log")
    await log.evaluate("log => { log.scrollTop = -log.scrollHeight }")
    await expect(texts).to_have_count(100)
    first = page.locator(".message", has_text="message 70").first
    await expect(first).to_be_in_viewport()  # what was being read stays where it was
    await log.evaluate("log => { log.scrollTop = -log.scrollHeight }")
    await expect(texts).to_have_count(120)
    assert await texts.all_inner_texts() == [f"message {number}" for number in range(120)]
    await expect(page.get_by_role("link", name="Older messages")).to_be_hidden()
    boris.who.post(boris.chat, "news")
    await page.get_by_role("button", name="New messages").click()
    await expect(page.get_by_text("news", exact=True).last).to_be_in_viewport()
    await anna.unread_is(0)


async def test_a_long_absence_is_caught_up_with_from_the_newest_down(chatters, line):
    anna, boris = await chatters(line.url)
    anna.visitor.expects(BROKEN)
    boris.who.post(boris.chat, "before")
    await anna.open()
    await line.cut()
    for number in range(450):
        boris.who.post(boris.chat, f"missed {number}")
    await line.mend()
    texts = anna.page.locator(".log .message-text")
    await expect(texts.last).to_have_text("missed 449")
    missed = [f"missed {number}" for number in range(450)]
    assert await texts.all_inner_texts() == missed[50:]
    await expect(anna.page.get_by_role("link", name="Older messages")).to_have_count(1)


async def test_enter_sends_but_not_while_a_word_is_composed(chatters):
    anna, _ = await chatters()
    page = await anna.open()
    area = page.get_by_label("Message", exact=True)
    await area.fill("first line")
    await area.press("Shift+Enter")
    await area.press_sequentially("second line")
    await area.evaluate(
        "area => area.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    await anna.sees()
    await area.press("Enter")
    await anna.sees("first line\nsecond line")


async def test_the_end_of_what_fits_is_shown(chatters):
    anna, _ = await chatters()
    page = await anna.open()
    area = page.get_by_label("Message", exact=True)
    await area.fill("x" * 3600)
    await expect(page.locator("#composer-count")).to_have_text("3600 / 4000")
    await area.fill("x" * 4001)
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()
    await area.press("Enter")
    await anna.sees()
    await area.fill("🎬" * 4000)
    await area.press("Enter")
    await anna.sees("🎬" * 4000)
    await anna.states_are("sent")


async def test_a_film_s_link_shows_its_card_at_once(chatters, site):
    anna, boris = await chatters()
    await boris.open()
    anna.who.post(anna.chat, f"{site.url}/films/3 or /films/5?")
    cards = boris.page.locator(".message-films a.film-line")
    await expect(cards).to_have_count(2)
    assert await cards.first.get_attribute("href") == "/films/3"


async def test_texts_are_taken_apart_as_by_the_server(chatters):
    anna, _ = await chatters()
    page = await anna.open()
    found = await page.evaluate(
        """async ([source, cases]) => {
            const { pieces } = await import(source)
            return cases.map(each => pieces(each.text, ["films.example"]).map(piece =>
                piece.address ? [piece.text, piece.film ?? null] : [piece.text]))
        }""",
        [await source_of(page, "text.js"), CASES],
    )
    assert found == [each["pieces"] for each in CASES]


async def source_of(page: Page, name: str) -> str:
    main = await page.locator("script[src$='messages/main.js']").get_attribute("src")
    assert main is not None
    return main.replace("main.js", name)


@pytest.mark.parametrize(
    "look", [{}, {"dark": True}, {"phone": True}], ids=["light", "dark", "phone"]
)
async def test_axe_finds_nothing_in_any_state(chatters, look):
    anna, boris = await chatters(**look)
    for number in range(4):
        boris.who.post(boris.chat, f"message {number}")
    page = await anna.open()
    anna.visitor.expects("^403 POST")
    refused = {"error": "chat_forbidden", "message": "no"}
    await page.route("**/chats/*/messages", lambda route: route.fulfill(status=403, json=refused))
    await page.get_by_label("Message", exact=True).fill("x" * 3700)
    assert await findings(page) == []
    await page.get_by_label("Message", exact=True).fill("refused")
    await page.get_by_role("button", name="Send").click()
    await anna.states_are("failed")
    assert await findings(page) == []


async def test_without_scripts_all_goes_by_forms(chatters):
    anna, boris = await chatters(javascript=False)
    boris.who.post(boris.chat, "hello")
    page = await anna.open(live=False)
    await page.get_by_role("button", name="Mark as read").click()
    await page.get_by_label("Message", exact=True).fill("hello yourself")
    await page.get_by_role("button", name="Send").click()
    await anna.sees("hello", "hello yourself")
    await page.get_by_label("Edit this message").click()
    await page.get_by_label("Message", exact=True).fill("hi")
    await page.get_by_role("button", name="Save").click()
    await anna.sees("hello", "hi")
    await page.get_by_role("link", name="Delete this message").click()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await anna.sees("hello")
