"""What a member does with films, bookmarks and selections, in a browser."""

import asyncio
import re

from playwright.async_api import Page, Route, expect

from tests.support.browsers import drawn

TRAIN = "The Arrival of a Train at La Ciotat Station"


async def test_language_and_theme_are_remembered(visit) -> None:
    visitor = await visit(language="ru")
    page = await visitor.open("/films?sort=title")
    html = page.locator("html")
    await expect(html).to_have_attribute("lang", "ru")
    await page.get_by_role("button", name="English").click()
    await expect(html).to_have_attribute("lang", "en-GB")
    assert page.url.endswith("/films?sort=title")
    async with page.expect_response("**/preferences"):
        await page.get_by_role("button", name="Dark").click()
        await expect(html).to_have_attribute("data-theme", "dark")
    await visitor.open("/selections")
    await expect(html).to_have_attribute("lang", "en-GB")
    await expect(html).to_have_attribute("data-theme", "dark")
    scheme = await page.evaluate("() => getComputedStyle(document.documentElement).colorScheme")
    assert scheme == "dark"
    await page.get_by_role("button", name="System").click()
    await expect(html).not_to_have_attribute("data-theme", re.compile("."))


async def test_searches_by_keyboard_as_one_types(visit) -> None:
    visitor = await visit()
    page = await visitor.open("/")
    await page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search films")
    await expect(field).to_be_focused()
    await page.keyboard.type("arival of a trai", delay=20)  # with a typing error
    options = page.get_by_role("option")
    await expect(options.filter(has_text=TRAIN)).to_be_visible()
    chosen = page.locator("[role=option][aria-selected=true]", has_text=TRAIN)
    while not await chosen.count():
        await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(TRAIN)

    await page.keyboard.press("/")
    await page.keyboard.type("zzzzzz")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="No results")).to_be_visible()


async def test_what_is_chosen_stays_so_when_more_is_suggested_meanwhile(visit) -> None:
    page = await (await visit()).open("/")
    held, may_come = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        held.set()
        await may_come.wait()
        await route.continue_()

    field = page.get_by_role("combobox", name="Search films")
    await field.press_sequentially("arrival of a")
    film = page.get_by_role("option").filter(has_text=TRAIN)
    await expect(film).to_be_visible()
    await page.route("**/search/suggested?*", hold)
    await field.press_sequentially(" train")
    await held.wait()
    while await film.get_attribute("aria-selected") != "true":
        await page.keyboard.press("ArrowDown")
    may_come.set()
    await expect(page.get_by_role("option").filter(has_text="“arrival of a train”")).to_be_visible()
    await expect(film).to_have_attribute("aria-selected", "true")
    await expect(field).to_have_attribute(
        "aria-activedescendant", await film.get_attribute("id") or "none"
    )
    await field.press_sequentially("s")  # further typing discards the selected suggestion
    await expect(field).not_to_have_attribute("aria-activedescendant", re.compile("."))


async def test_escape_closes_what_is_suggested(visit) -> None:
    page = await (await visit()).open("/films")
    field = page.get_by_role("combobox", name="Search films")
    await field.press_sequentially("the")
    await expect(field).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("Escape")
    await expect(field).to_have_attribute("aria-expanded", "false")
    await expect(field).to_have_value("the")


async def test_filters_are_in_the_address(visit) -> None:
    visitor = await visit()
    page = await visitor.open("/films")
    everything = await page.locator("#count").inner_text()
    await page.get_by_label("Genre", exact=True).select_option(await _value(page, "Comedy"))
    await expect(page.locator("#count")).not_to_have_text(everything)
    await expect(page).to_have_url(re.compile(r"/films\?.*genre=\d+"))
    await page.get_by_label("Sort by").select_option("title")
    await expect(page).to_have_url(re.compile(r"sort=title"))
    titles = await page.locator(".film-grid .film-title").all_inner_texts()
    first = [re.sub("^(The|An?) ", "", title)[0] for title in titles]
    assert first == sorted(first)
    address, count = page.url, await page.locator("#count").inner_text()
    other = await visit()
    await other.open(address.removeprefix(other.url))
    await expect(other.page.locator("#count")).to_have_text(count)
    assert await other.page.locator(".film-grid .film-title").all_inner_texts() == titles
    await page.get_by_role("link", name="Clear filters").click()
    await expect(page.locator("#count")).to_have_text(everything)
    await page.go_back()
    await expect(page.locator("#count")).to_have_text(count)


async def test_pages_have_numbers_and_more_can_be_loaded(visit) -> None:
    visitor = await visit()
    page = await visitor.open("/films")
    cards = page.locator("#films .film-grid .film-card")
    first = await cards.count()
    await page.get_by_role("link", name="Load more").click()
    await expect(cards).to_have_count(2 * first)
    await expect(cards.nth(first).locator(".film-title a")).to_be_focused()
    titles = await page.locator("#films .film-title a").evaluate_all("all => all.map(a => a.href)")
    assert len(set(titles)) == 2 * first
    pages = page.get_by_role("navigation", name="Pages")
    await expect(pages.locator("[aria-current=page]")).to_have_text(re.compile("2"))
    await pages.get_by_role("link", name="Page 3").click()
    await expect(page).to_have_url(re.compile("page=3"))
    third = await page.locator("#films .film-title a").first.get_attribute("href")
    assert third not in titles


async def test_asks_nobody_for_a_trailer_before_it_is_played(look, world) -> None:
    visitor = await look("visitor")
    page = await visitor.open(f"/films/{world.film}")
    await page.wait_for_load_state("networkidle")
    assert visitor.outside == []
    visitor.expects("^(asked outside|unanswered|console)")
    await page.get_by_role("link", name="Play trailer").click()
    await expect(page.locator("iframe")).to_be_focused()
    await expect(page.locator("iframe")).to_have_attribute("title", re.compile(world.words.title))
    assert visitor.outside
    assert all("youtube-nocookie.com" in address for address in visitor.outside)


async def test_bookmarks_with_one_click(member) -> None:
    visitor = await member()
    page = await visitor.open("/films")
    card = page.locator(".film-card").nth(2)
    title = await card.locator(".film-title").inner_text()
    mark = card.get_by_role("button", name="Bookmark")
    await mark.click()
    await expect(mark).to_have_attribute("aria-pressed", "true")
    await expect(mark).to_be_focused()
    await visitor.open("/bookmarks")
    await expect(page.locator(".film-title")).to_have_text([title])
    await page.get_by_role("link", name=title).click()
    mark = page.get_by_role("button", name="Bookmark").first
    await expect(mark).to_have_attribute("aria-pressed", "true")
    await mark.click()
    await expect(mark).to_have_attribute("aria-pressed", "false")
    await visitor.open("/bookmarks")
    await expect(page.locator(".film-title")).to_have_count(0)


async def test_makes_a_selection_and_shares_it(member, visit) -> None:
    visitor = await member()
    page = await visitor.open("/films/3")
    await page.get_by_role("link", name="Add to selection").click()
    dialog = page.get_by_role("dialog", name="Add to selection")
    await expect(dialog).to_be_visible()
    await dialog.get_by_label("New selection").fill("For Sunday")
    await dialog.get_by_role("button", name="Create a selection with this film").click()
    await expect(dialog.get_by_role("button", name="For Sunday")).to_have_attribute(
        "aria-pressed", "true"
    )
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("link", name="Add to selection")).to_be_focused()

    await visitor.open("/selections/mine")
    await page.get_by_role("link", name="For Sunday").click()
    await page.wait_for_url("**/selections/*")
    address = page.url.removeprefix(visitor.url)
    other_visitor = await visit()
    await other_visitor.open(address, status=404)

    await page.get_by_role("link", name="Edit").click()
    for words in ("moon", "nosferatu"):
        await page.get_by_label("Title", exact=True).first.fill(words)
        await (
            page.locator("#found li", has_text=re.compile(words, re.I))
            .get_by_role("button")
            .first.click()
        )
    await expect(page.locator(".edit-films li")).to_have_count(3)
    await page.get_by_label("Public").check()
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".notice")).to_contain_text("saved")
    await other_visitor.open(address)
    await expect(other_visitor.page.get_by_role("heading", level=1)).to_have_text("For Sunday")
    await expect(other_visitor.page.locator(".film-card")).to_have_count(3)


async def test_orders_a_selection_by_keyboard_and_by_drag(member) -> None:
    visitor = await member()
    page = await _selection_of_three(visitor)
    first, second, third = await _order(page)
    up = page.locator(".edit-films li").nth(2).get_by_role("button", name="Move up")
    await up.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".edit-title").nth(1)).to_have_text(third)
    await expect(page.get_by_role("button", name=f"Move up: {_name(third)}")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".edit-title").nth(0)).to_have_text(third)

    grip = page.locator(".edit-films li").nth(0).locator(".grip")
    last = page.locator(".edit-films li").nth(2)
    await grip.hover()
    await page.mouse.down()
    box = await last.bounding_box()
    assert box is not None
    async with page.expect_response("**/selections/*/films"):
        await page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 4, steps=12)
        await page.mouse.up()
    await drawn(page)
    assert await _order(page) == [first, second, third]
    await page.reload()
    assert await _order(page) == [first, second, third]


async def _value(page: Page, genre: str) -> str:
    return await page.locator("#field-genre option", has_text=genre).get_attribute("value") or ""


async def _selection_of_three(visitor) -> Page:
    headers = {"csrf-token": visitor.client.get("/user/csrf").json()["body"]["csrf"]}
    body = {"title": "Three", "movies": [1, 2, 3]}
    made = visitor.client.post("/selections", json=body, headers=headers)
    return await visitor.open(f"/selections/{made.json()['body']['selection']['id']}/edit")


async def _order(page: Page) -> list[str]:
    return [text.strip() for text in await page.locator(".edit-title").all_inner_texts()]


def _name(shown: str) -> str:
    """A title without the year beside it."""
    return re.sub(r"\s+\d{4}$", "", shown)
