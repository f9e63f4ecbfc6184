"""What does not need JavaScript works without it: links and plain forms."""

import re

from playwright.async_api import expect

from tests.support.pictures import picture
from tests.support.servers import PASSWORD, unique_name


async def test_member_can_use_the_site(visit) -> None:
    visitor = await visit(javascript=False)
    page = await visitor.open("/sign-up")
    await page.get_by_label("Username").fill(unique_name("plain"))
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Create an account").click()
    await expect(page.locator(".notice")).to_contain_text("Welcome")

    await page.get_by_role("searchbox", name="Search films").fill("moon")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/search?q=moon")
    await page.locator(".film-title a").first.click()
    title = await page.get_by_role("heading", level=1).inner_text()
    await page.get_by_role("button", name="Bookmark").first.click()
    mark = page.get_by_role("button", name="Bookmark").first
    await expect(mark).to_have_attribute("aria-pressed", "true")
    await visitor.open("/bookmarks")
    await expect(page.locator(".film-title").first).to_have_text(title)

    await page.locator(".film-title a").first.click()
    await page.get_by_role("link", name="Add to selection").click()
    await page.get_by_label("New selection").fill("Plain")
    await page.get_by_role("button", name="Create a selection with this film").click()
    await visitor.open("/selections/mine")
    await page.get_by_role("link", name="Plain").click()
    await page.get_by_role("link", name="Edit").click()
    await page.get_by_label("Title", exact=True).first.fill("nosferatu")
    await page.get_by_role("button", name="Find").click()
    await page.locator("#found button").first.click()
    titles = page.locator("#films .edit-title")
    await expect(titles).to_have_count(2)
    first = await titles.first.inner_text()
    await page.get_by_role("button", name=re.compile("^Move up")).nth(1).click()
    await expect(page.locator("#films .edit-title").nth(1)).to_have_text(first)


async def test_films_are_filtered_and_paged(visit) -> None:
    visitor = await visit(javascript=False)
    page = await visitor.open("/films")
    everything = await page.locator("#count").inner_text()
    await page.get_by_label("Sort by").select_option("title")
    option = page.locator("#field-genre option", has_text="Comedy")
    await page.get_by_label("Genre", exact=True).select_option(await option.get_attribute("value"))
    await page.get_by_role("button", name="Show").click()
    await expect(page).to_have_url(re.compile("genre="))
    await expect(page.locator("#count")).not_to_have_text(everything)
    await visitor.open("/films")
    numbers = page.get_by_role("navigation", name="Pages")
    await numbers.get_by_role("link", name="Page 2", exact=True).click()
    await expect(page).to_have_url(re.compile("page=2"))


async def test_pictures_messages_and_preferences_work(member) -> None:
    other = await member("other")
    visitor = await member("plain", javascript=False)
    page = await visitor.open("/account")
    file = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    await page.get_by_label("Choose a picture").set_input_files(file)
    await page.get_by_role("button", name="Save picture").click()
    await expect(page.locator(".notice")).to_contain_text("Picture saved.")

    await visitor.open("/messages/new?q=" + other.username)
    await page.get_by_role("button", name="Message").first.click()
    await page.locator("main textarea").fill("Без скриптов тоже можно.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("main")).to_contain_text("Без скриптов тоже можно.")
    await other.open("/messages")
    await expect(other.page.locator("main")).to_contain_text(visitor.username)

    await page.get_by_role("button", name="Русский").click()
    await expect(page.locator("html")).to_have_attribute("lang", "ru")
    await page.get_by_role("button", name="Тёмная").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
