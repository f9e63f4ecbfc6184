"""Everything is reached and left by keyboard, and nothing covers what has the focus."""

import pytest
from playwright.async_api import expect

from tests.support.browsers import FONT_SETS

WHERE = """() => {
    const it = document.activeElement
    const box = it.getBoundingClientRect()
    const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
    return [it.outerHTML.slice(0, 120), it.contains(top) || !!top?.contains(it)]
}"""


@pytest.mark.parametrize("fonts", FONT_SETS)
@pytest.mark.parametrize("path", ["/films", "/account", "/selections/mine"])
async def test_focused_elements_are_not_covered(look, path, fonts) -> None:
    """The header, which stays above, does not cover it (WCAG 2.2, 2.4.11)."""
    visitor = await look("member", fonts=fonts)
    page = await visitor.open(path)
    reached = set()
    for keys in ("Tab",) * 30 + ("Shift+Tab",) * 20:
        await page.keyboard.press(keys)
        what, is_seen = await page.evaluate(WHERE)
        assert is_seen, what
        reached.add(what)
    assert len(reached) > 15


async def test_first_link_skips_the_header(look) -> None:
    visitor = await look("visitor")
    page = await visitor.open("/films")
    await page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await page.keyboard.press("Tab")
    assert await page.evaluate(
        "() => document.querySelector('main').contains(document.activeElement)"
    )


async def test_menus_open_and_close(look) -> None:
    visitor = await look("member")
    page = await visitor.open("/films")
    menu = page.locator("summary[aria-label='Your menu']")
    await menu.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Account")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Your page")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("link", name="Account")).to_be_hidden()
    await expect(menu).to_be_focused()
