"""Operators compare films, merge them, and split them again."""

from playwright.async_api import Page, expect

from tests.support.servers import unique_name


async def add_film(page: Page, title: str, year: str) -> str:
    """Add a film by hand, and return its id."""
    await page.get_by_label("Title", exact=True).fill(title)
    await page.get_by_label("Year").fill(year)
    await page.get_by_role("button", name="Add film").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    return page.url.rpartition("/")[2]


async def test_films_are_compared_merged_and_returned_by_undo(operator) -> None:
    visitor = await operator()
    title, other_title = unique_name("Outrage"), unique_name("Autoreiji")
    other = await add_film(await visitor.open("/manage/films/new"), other_title, "2010")
    kept = await add_film(await visitor.open("/manage/films/new"), title, "2009")
    page = visitor.page
    await page.get_by_label("ID of the same film").fill(other)
    await page.get_by_role("button", name="Compare").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Are these the same film?")
    year = page.get_by_role("row").filter(has_text="Year")
    await expect(year).to_contain_text("differs")
    await expect(year.get_by_role("cell")).to_have_text(["2009", "2010"])
    await expect(page.get_by_text("Who can see the film afterwards?")).to_have_count(0)
    await page.get_by_role("radio", name=f"ID {other}").check()
    await page.get_by_role("button", name="Merge").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(other_title)
    await visitor.open(f"/manage/films/{kept}")
    assert page.url.endswith(f"/manage/films/{other}")
    await page.get_by_role("link", name="Split this film").click()
    await expect(page.get_by_role("checkbox", disabled=True)).to_have_count(1)
    await expect(page.get_by_role("row").filter(has_text=title)).to_contain_text("Undo that merge")
    await page.go_back()
    await page.get_by_role("button", name="Undo the merge").click()
    await expect(page.locator(".notice")).to_be_visible()
    await visitor.open(f"/manage/films/{kept}")
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)


async def test_pair_is_dismissed_in_the_comparison(operator) -> None:
    visitor = await operator()
    page = await visitor.open("/manage/films/6/merge?other=7")
    await page.get_by_role("button", name="Not the same film").click()
    await expect(page.locator(".notice")).to_be_visible()
    assert page.url.endswith("/manage/duplicates")
