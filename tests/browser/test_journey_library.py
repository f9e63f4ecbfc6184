"""What a member does with bookmarks and selections, by mouse, by keyboard and without scripts."""

import re

import pytest
from playwright.async_api import Page, expect

OWN = {"sec-fetch-site": "same-origin", "accept": "text/html"}


async def made(visitor) -> str:
    """The path of a new public selection of the films 1 to 4."""
    form = {"title": "Evenings", "public": "true"}
    response = visitor.client.post("/selections/new", data=form, headers=OWN)
    path = response.headers["location"].removesuffix("/edit")
    for film_id in range(1, 5):
        visitor.client.post(f"{path}/films", data={"film_id": film_id}, headers=OWN)
    return path


async def in_order(page: Page, *film_ids: int) -> None:
    """Wait until the films stand so."""
    for place, film_id in enumerate(film_ids):
        row = page.locator("#films li").nth(place)
        await expect(row).to_have_attribute("data-film", str(film_id))


async def test_bookmark_is_set_with_one_click_and_keeps_the_focus(member) -> None:
    visitor = await member()
    path = await made(visitor)
    page = await visitor.open(path)
    button = page.locator(".bookmark button").first
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(button).to_have_attribute("aria-pressed", "true")
    await expect(button).to_be_focused()
    await expect(page.locator("#announcement")).to_contain_text("added to bookmarks")
    page = await visitor.open("/bookmarks")
    await expect(page.locator(".film-card")).to_have_count(1)
    button = page.locator(".bookmark button")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "false")
    await page.reload()
    await expect(page.get_by_text("No bookmarks yet")).to_be_visible()


async def test_signed_out_user_is_redirected_to_sign_in_and_back(member) -> None:
    visitor = await member()
    page = await visitor.open(await made(visitor))
    await visitor.context.clear_cookies()
    visitor.expects("^401 POST /bookmarks")
    await page.locator(".bookmark button").first.click()
    await page.wait_for_url(re.compile(r"/sign-in\?next=/selections"))


class TestOrder:
    async def test_films_are_moved_by_keyboard(self, member) -> None:
        visitor = await member()
        page = await visitor.open(f"{await made(visitor)}/edit")
        down = page.locator("#down-1")
        await down.focus()
        for expected in ((2, 1, 3, 4), (2, 3, 1, 4)):
            await page.keyboard.press("Enter")
            await in_order(page, *expected)
            await expect(page.locator("#down-1")).to_be_focused()
        await expect(page.locator("#announcement")).to_have_text(re.compile("is now number 3 of 4"))
        await page.reload()
        await in_order(page, 2, 3, 1, 4)

    async def test_film_is_moved_again_at_once_without_leaving_the_page(self, member) -> None:
        visitor = await member()
        page = await visitor.open(f"{await made(visitor)}/edit")
        await page.evaluate("""() => {
            window.isSamePage = true;
            const again = () => setTimeout(() => document.querySelector("#down-1").click());
            document.addEventListener("htmx:afterSwap", again, { once: true });
        }""")
        await page.locator("#down-1").click()
        await in_order(page, 2, 3, 1, 4)
        assert await page.evaluate("window.isSamePage")

    @pytest.mark.parametrize(
        ("film", "onto", "expected"), [(1, 3, (2, 3, 1, 4)), (4, 1, (4, 1, 2, 3))]
    )
    async def test_films_are_moved_by_dragging(self, member, film, onto, expected) -> None:
        visitor = await member()
        page = await visitor.open(f"{await made(visitor)}/edit")
        await drag(page, film, onto)
        await in_order(page, *expected)
        await expect(page.locator("#announcement")).to_contain_text("is now")
        await page.reload()
        await in_order(page, *expected)

    async def test_failed_drag_is_reverted(self, member) -> None:
        visitor = await member()
        page = await visitor.open(f"{await made(visitor)}/edit")
        await page.route("**/films", lambda route: route.fulfill(status=503, body="Busy."))
        visitor.expects("^503 POST")
        visitor.expects("Response Status Error Code 503")
        await drag(page, 1, 3)
        await expect(page.locator("#toasts")).to_contain_text("Busy.")
        await in_order(page, 1, 2, 3, 4)

    async def test_films_are_moved_by_touch(self, member) -> None:
        visitor = await member(phone=True)
        page = await visitor.open(f"{await made(visitor)}/edit")
        await drag(page, 2, 3)
        await in_order(page, 1, 3, 2, 4)

    async def test_films_are_moved_without_scripts(self, member) -> None:
        visitor = await member(javascript=False)
        page = await visitor.open(f"{await made(visitor)}/edit")
        assert not await page.locator(".grip").first.is_visible()
        await page.locator("#down-1").click()
        await in_order(page, 2, 1, 3, 4)
        await expect(page.get_by_text("Film moved.")).to_be_visible()
        await page.locator("#remove-3").click()
        await in_order(page, 2, 1, 4)


async def test_films_are_found_and_added_while_typing(member) -> None:
    visitor = await member()
    page = await visitor.open(f"{await made(visitor)}/edit")
    await page.get_by_role("searchbox", name="Title").fill("metropolis")
    row = page.locator("#found li", has_text="Metropolis").first
    await row.get_by_role("button").click()
    await expect(page.locator("#films li")).to_have_count(5)
    await expect(page.locator("#films")).to_contain_text("Metropolis")
    await expect(page.locator("#found li", has_text="Already added")).to_have_count(1)
    await (
        page.locator("#films li", has_text="Metropolis")
        .get_by_role("button", name="Remove")
        .click()
    )
    await expect(page.locator("#films li")).to_have_count(4)
    await expect(row.get_by_role("button", name="Add")).to_be_visible()


async def test_film_is_added_to_selections_from_its_page(member) -> None:
    visitor = await member()
    path = await made(visitor)
    page = await visitor.open("/films/9")
    await page.get_by_role("link", name="Add to selection").click()
    dialog = page.get_by_role("dialog", name="Add to selection")
    await expect(dialog.get_by_role("heading")).to_be_focused()
    await dialog.get_by_role("button", name="Evenings").press("Enter")
    chosen = dialog.get_by_role("button", name="Evenings")
    await expect(chosen).to_have_attribute("aria-pressed", "true")
    await expect(chosen).to_be_focused()
    await dialog.get_by_label("New selection").fill("Mornings")
    await dialog.get_by_role("button", name="Create a selection").click()
    await expect(dialog.get_by_role("button", name="Mornings")).to_have_attribute(
        "aria-pressed", "true"
    )
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await visitor.open(path)
    await expect(page.locator(".film-card")).to_have_count(5)


async def test_film_is_added_to_selections_without_scripts(member) -> None:
    visitor = await member(javascript=False)
    page = await visitor.open("/films/9")
    await page.get_by_role("link", name="Add to selection").click()
    await page.get_by_label("New selection").fill("Mornings")
    await page.get_by_role("button", name="Create a selection").click()
    await expect(page.get_by_role("button", name="Mornings")).to_have_attribute(
        "aria-pressed", "true"
    )


async def test_link_is_copied(member) -> None:
    visitor = await member()
    await visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    path = await made(visitor)
    page = await visitor.open(path)
    await page.get_by_role("button", name="Copy link").click()
    await expect(page.get_by_text("Link copied.")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == visitor.url + path


async def test_selection_is_deleted(member) -> None:
    visitor = await member()
    path = await made(visitor)
    page = await visitor.open(f"{path}/edit")
    await page.get_by_text("Delete selection").click()
    await page.get_by_role("button", name="Delete permanently").click()
    await page.wait_for_url("**/selections/mine")
    await expect(page.get_by_text("Selection deleted.")).to_be_visible()
    await visitor.open(path, status=404)


async def drag(page: Page, film: int, onto: int) -> None:
    """Drag a film by its grip onto another's place."""
    grip = page.locator(f"[data-film='{film}'] .grip")
    await grip.evaluate("grip => grip.scrollIntoView({ block: 'center' })")  # not at an edge
    start = await grip.bounding_box()
    end = await page.locator(f"[data-film='{onto}'] .grip").bounding_box()
    assert start is not None
    assert end is not None
    x = start["x"] + start["width"] / 2
    await page.mouse.move(x, start["y"] + start["height"] / 2)
    await page.mouse.down()
    await page.mouse.move(x, end["y"] + end["height"] / 2, steps=12)
    await page.mouse.up()
