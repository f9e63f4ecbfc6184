"""Connections that break, answers that get lost, windows that are closed: nothing is lost."""

import re

from playwright.async_api import Page, expect

BROKEN = r"^unanswered: |^console: .*(WebSocket|ERR_)"


async def test_lost_connection_neither_loses_nor_duplicates_messages(chatters, proxy):
    anna, boris = await chatters(proxy.url)
    anna.visitor.expects(BROKEN)
    changed, deleted = (boris.who.post(boris.chat, text) for text in ("frist", "never mind"))
    await anna.open()
    await boris.open()
    await proxy.close()
    await anna.write("written without a connection")
    await anna.write("and one more")
    await anna.states_are("sending", "sending")
    await expect(anna.page.locator(".connection")).to_be_visible()
    boris.who.client.put(f"/messages/{changed}", json={"text": "first"})
    boris.who.client.delete(f"/messages/{deleted}")
    for number in range(3):
        boris.who.post(boris.chat, f"missed {number}")
    await proxy.open()
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


async def test_lost_response_creates_no_duplicate(chatters):
    anna, boris = await chatters()
    page = await anna.open()
    await boris.open()
    anna.visitor.expects(BROKEN)
    lost: list[str] = []

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


async def test_pending_messages_survive_a_reload(chatters):
    anna, boris = await chatters()
    page = await anna.open()
    anna.visitor.expects(BROKEN)
    await page.route("**/chats/*/messages", lambda route: route.abort("connectionrefused"))
    await anna.write("kept")
    await anna.states_are("sending")
    await expect(page.get_by_text("Cannot reach the server.")).to_be_visible()
    await page.reload()
    await anna.sees("kept")
    await page.unroute("**/chats/*/messages")
    await page.evaluate("dispatchEvent(new Event('online'))")
    await anna.states_are("sent")
    assert [message["text"] for message in boris.who.messages(boris.chat)] == ["kept"]


async def test_rejected_message_can_be_retried_or_discarded(chatters):
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


async def test_rate_limited_message_is_sent_later(chatters):
    anna, _ = await chatters()
    page = await anna.open()
    anna.visitor.expects("^429 POST")
    tries = []

    async def throttle(route):
        tries.append(route)
        if len(tries) > 1:
            await route.continue_()
            return
        headers = {"retry-after": "4"}
        body = {"error": "throttled", "message": "no"}
        await route.fulfill(status=429, headers=headers, json=body)

    await page.route("**/chats/*/messages", throttle)
    await anna.write("quickly")
    await expect(page.get_by_text("Too many requests.")).to_be_visible()
    await anna.states_are("sent")
    await expect(page.get_by_text("Too many requests.")).to_be_hidden()


async def test_draft_is_stored_only_for_its_author(chatters, site):
    anna, _ = await chatters()
    page = await anna.open()
    area = page.get_by_label("Message", exact=True)
    await area.fill("not yet")
    await page.reload()
    await expect(area).to_have_value("not yet")
    await visit_menu(page)
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_function("() => Object.keys(localStorage).length === 0")


async def test_sign_out_clears_the_browser_when_the_server_cannot_be_reached(chatters):
    anna, _ = await chatters()
    anna.visitor.expects(BROKEN)
    for button in ("menu", "sessions"):
        page = await anna.open()
        await page.get_by_label("Message", exact=True).fill("not yet")
        await page.wait_for_function("() => Object.keys(localStorage).length > 0")
        if button == "menu":
            await visit_menu(page)
        else:
            await anna.visitor.open("/account/sessions")
        # No answer leaves the page as it is, so the test can look into its storage.
        await page.route(re.compile("/sign-out$|/end$"), lambda route: route.fulfill(status=204))
        where = page.locator("main" if button == "sessions" else ".menu[open]")
        await where.get_by_role("button", name="Sign out").click()
        await page.wait_for_function("() => Object.keys(localStorage).length === 0")
        await page.unroute_all()


async def test_other_account_in_the_same_browser_finds_no_data(chatters, site):
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


async def test_session_ended_elsewhere_redirects_to_sign_in(chatters):
    anna, _ = await chatters()
    page = await anna.open()
    anna.visitor.expects("^401 GET /messages")  # the page that it was about to ask for again
    anna.who.client.delete("/logout")
    await page.wait_for_url("**/sign-in?next=*")


async def test_long_absence_loads_the_newest_messages_first(chatters, proxy):
    anna, boris = await chatters(proxy.url)
    anna.visitor.expects(BROKEN)
    boris.who.post(boris.chat, "before")
    await anna.open()
    await proxy.close()
    for number in range(450):
        boris.who.post(boris.chat, f"missed {number}")
    await proxy.open()
    await anna.page.evaluate("dispatchEvent(new Event('online'))")
    texts = anna.page.locator(".log .message-text")
    await expect(texts.last).to_have_text("missed 449")
    await expect(texts).to_have_count(400)
    missed = [f"missed {number}" for number in range(450)]
    assert await texts.all_inner_texts() == missed[50:]
    await expect(anna.page.get_by_role("link", name="Older messages")).to_have_count(1)
