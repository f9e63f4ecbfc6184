"""Going back to a list after "Load more": the same films at the same place."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.support.polling import wait_until

PAGE = 24
LINKS = "#films .film-grid .film-title a"
PLACE = "link => link.closest('li').getBoundingClientRect().top"

HAS_NOTED_PLACE = """() => history.state.listing.index ===
    [...document.querySelectorAll(".film-grid > li")]
        .findIndex(card => card.getBoundingClientRect().bottom > 0)"""


async def load_more(page: Page, pages: int) -> None:
    for number in range(2, pages + 1):
        await page.get_by_role("link", name="Load more").click()
        await expect(page.locator(LINKS)).to_have_count(number * PAGE)


async def open_film(page: Page, index: int) -> tuple[str, float]:
    """Follow the link of a film in a list; return its title and where its card was."""
    link = page.locator(LINKS).nth(index)
    await link.scroll_into_view_if_needed()
    place = await link.evaluate(PLACE)
    title = await link.inner_text()
    await link.click()
    await expect(page).to_have_url(re.compile(r"/films/\d+"))
    return title, place


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", ["/films", "/films?sort=title", "/search?q=the"])
async def test_loaded_films_are_there_again_at_the_same_place(visit, path, phone) -> None:
    visitor = await visit(phone=phone)
    page = await visitor.open(path)
    await load_more(page, 3)
    hrefs = await page.locator(LINKS).evaluate_all("all => all.map(a => a.href)")
    title, place = await open_film(page, 2 * PAGE + 8)
    await page.go_back()
    await expect(page.locator(LINKS)).to_have_count(3 * PAGE)
    assert await page.locator(LINKS).evaluate_all("all => all.map(a => a.href)") == hrefs
    link = page.locator(LINKS).nth(2 * PAGE + 8)
    await expect(link).to_be_focused()
    assert await link.inner_text() == title
    assert abs(await link.evaluate(PLACE) - place) < 2
    await page.get_by_role("link", name="Load more").click()
    await expect(page.locator(LINKS)).to_have_count(4 * PAGE)


async def test_reloaded_list_has_its_loaded_films(visit) -> None:
    page = await (await visit()).open("/films")
    await load_more(page, 2)
    link = page.locator(LINKS).nth(PAGE + 10)
    await link.scroll_into_view_if_needed()
    place = await link.evaluate(PLACE)
    await wait_until(lambda: page.evaluate(HAS_NOTED_PLACE))
    await page.reload()
    await expect(page.locator(LINKS)).to_have_count(2 * PAGE)
    await expect(link).to_be_in_viewport()
    assert abs(await link.evaluate(PLACE) - place) < 2


async def test_newly_opened_list_begins_at_its_first_page(visit) -> None:
    visitor = await visit()
    page = await visitor.open("/films")
    await load_more(page, 2)
    await open_film(page, PAGE)
    await visitor.open("/films")
    await expect(page.locator(LINKS)).to_have_count(PAGE)


async def test_film_that_left_the_list_gives_its_place_to_another(visit) -> None:
    visitor = await visit()
    page = await visitor.open("/films")
    await load_more(page, 2)
    await open_film(page, PAGE + 4)
    await page.go_back()
    await expect(page.locator(LINKS)).to_have_count(2 * PAGE)
    await page.evaluate(
        "history.replaceState({listing: {...history.state.listing, film: '/films/0'}}, '')"
    )
    await page.reload()
    await expect(page.locator(LINKS)).to_have_count(2 * PAGE)
    await expect(page.locator(LINKS).nth(PAGE + 4)).to_be_in_viewport()


async def test_other_filters_begin_at_their_first_page_and_back_returns(visit) -> None:
    page = await (await visit()).open("/films")
    await load_more(page, 2)
    await page.get_by_label("Sort by").select_option("title")
    await expect(page).to_have_url(re.compile("sort=title"))
    await expect(page.locator(LINKS)).to_have_count(PAGE)
    await page.go_back()
    await expect(page).not_to_have_url(re.compile("sort=title"))
    await expect(page.locator(LINKS)).to_have_count(2 * PAGE)


async def test_many_loaded_pages_come_back_up_to_ten(visit) -> None:
    page = await (await visit()).open("/films")
    await page.evaluate("history.replaceState({listing: {pages: 40}}, '')")
    await page.reload()
    await expect(page.locator(LINKS)).to_have_count(10 * PAGE)


async def test_list_stays_as_far_as_it_was_loaded_when_the_server_fails(visit) -> None:
    visitor = await visit()
    page = await visitor.open("/films")
    await load_more(page, 3)
    await open_film(page, PAGE)
    visitor.expects("500|503|unanswered|console")
    await page.route(re.compile(r"page=3"), lambda route: route.fulfill(status=503, body="busy"))
    await page.go_back()
    await expect(page.locator(LINKS)).to_have_count(2 * PAGE)
    await expect(page.get_by_role("link", name="Load more")).to_be_visible()


async def test_back_returns_from_the_next_page_without_scripts(visit) -> None:
    visitor = await visit(javascript=False)
    page = await visitor.open("/films")
    first = await page.locator(LINKS).first.get_attribute("href")
    await page.get_by_role("link", name="Page 2", exact=True).click()
    await expect(page).to_have_url(re.compile("page=2"))
    await page.go_back()
    assert await page.locator(LINKS).first.get_attribute("href") == first
