"""Two people who chat in two browsers: live, by keyboard, without scripts."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.axe import violations
from tests.support.browsers import drawn
from tests.support.polling import TIMEOUT

CASES = json.loads(
    (Path(__file__).parents[2] / "site" / "messages" / "links.json").read_text(encoding="utf-8")
)


async def test_message_and_read_receipt_appear_at_once(chatters):
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


async def test_typing_continues_while_the_chat_list_reloads(chatters):
    anna, boris = await chatters()
    page = await anna.open()
    message = page.get_by_label("Message", exact=True)
    await message.press_sequentially("I am about")
    await boris.open()
    await boris.write("Where are you?")
    await expect(page.locator(".chat-preview").first).to_have_text("Where are you?")
    await expect(message).to_be_focused()
    await page.keyboard.type(" to leave")
    await expect(message).to_have_value("I am about to leave")


async def test_unread_counts_are_right_everywhere(chatters, site):
    anna, boris = await chatters()
    elsewhere = await boris.visitor.context.new_page()
    await elsewhere.goto(site.url + "/films")
    await elsewhere.wait_for_load_state("networkidle")  # it has asked for its own count
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


async def test_late_response_does_not_replace_a_newer_count(chatters):
    anna, boris = await chatters()
    page = await boris.visitor.open("/messages")
    await boris.is_live()
    await page.wait_for_load_state("networkidle")
    asked, observed = asyncio.Event(), asyncio.Event()

    async def late(route) -> None:
        response = await route.fetch()
        asked.set()
        await observed.wait()
        await route.fulfill(response=response)

    await page.route("**/messages/unread/count", late)
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await asyncio.wait_for(asked.wait(), TIMEOUT)
    anna.who.post(anna.chat, "meanwhile")
    await boris.unread_is(1)
    async with page.expect_response("**/messages/unread/count"):
        observed.set()
    await drawn(page)
    await boris.unread_is(1)


async def test_only_visible_messages_are_marked_as_read(chatters):
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
    await page.locator(".message", has_text="frist").get_by_label("Edit message").click()
    await area.fill("first")
    await area.press("Enter")
    await boris.sees("hello", "first", "second")
    await anna.sees("hello", "first", "second")
    await expect(boris.page.locator(".message-edited:visible")).to_have_count(1)
    await page.locator(".message", has_text="second").hover()
    await page.locator(".message", has_text="second").get_by_label("Delete message").click()
    await page.get_by_role("button", name="Cancel").click()
    await anna.sees("hello", "first", "second")
    await page.locator(".message", has_text="second").get_by_label("Delete message").click()
    await page.get_by_role("button", name="Delete", exact=True).click()
    for each in (anna, boris):
        await each.sees("hello", "first")
    row = boris.page.locator(f"[data-chat='{boris.chat}'] .chat-preview")
    await expect(row).to_have_text("first")


async def test_older_messages_load_on_scrolling(chatters):
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


async def test_enter_sends_but_not_while_a_word_is_composed(chatters):
    anna, _ = await chatters()
    page = await anna.open()
    area = page.get_by_label("Message", exact=True)
    await area.fill("first line")
    await area.press("Shift+Enter")
    await area.press_sequentially("second line")
    await expect(area).to_have_value("first line\nsecond line")
    await area.evaluate(
        "area => area.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    await anna.sees()
    await area.press("Enter")
    await anna.sees("first line\nsecond line")


async def test_remaining_length_is_shown(chatters):
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


async def test_links_are_parsed_like_on_the_server(chatters):
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
async def test_axe_finds_no_violation_in_any_state(chatters, look):
    anna, boris = await chatters(**look)
    for number in range(4):
        boris.who.post(boris.chat, f"message {number}")
    page = await anna.open()
    anna.visitor.expects("^403 POST")
    refused = {"error": "chat_forbidden", "message": "no"}
    await page.route("**/chats/*/messages", lambda route: route.fulfill(status=403, json=refused))
    await page.get_by_label("Message", exact=True).fill("x" * 3700)
    assert await violations(page) == []
    await page.get_by_label("Message", exact=True).fill("refused")
    await page.get_by_role("button", name="Send").click()
    await anna.states_are("failed")
    assert await violations(page) == []


async def test_chat_works_with_forms_without_scripts(chatters):
    anna, boris = await chatters(javascript=False)
    boris.who.post(boris.chat, "hello")
    page = await anna.open(live=False)
    await page.get_by_role("button", name="Mark as read").click()
    await page.get_by_label("Message", exact=True).fill("hello yourself")
    await page.get_by_role("button", name="Send").click()
    await anna.sees("hello", "hello yourself")
    await page.get_by_label("Edit message").click()
    await page.get_by_label("Message", exact=True).fill("hi")
    await page.get_by_role("button", name="Save").click()
    await anna.sees("hello", "hi")
    await page.get_by_role("link", name="Delete message").click()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await anna.sees("hello")
