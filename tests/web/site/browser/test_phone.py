"""Every page fits a small phone, and nothing of it is too small for a finger."""

import pytest

from site_pages import address, pages, viewers

# WCAG 2.2, 1.4.10 asks for 320 CSS pixels; 360 is what small phones have.
WIDTHS = (320, 360)
PAGES = pages()

TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth
    const inBox = element => {
        for (let box = element.parentElement; box; box = box.parentElement) {
            if (getComputedStyle(box).overflowX !== "visible") return true
        }
    }
    return [...document.body.querySelectorAll("*")]
        .filter(it => it.getBoundingClientRect().right > width + 1 && !inBox(it))
        .map(it => `${it.tagName} ${it.className} ${Math.round(it.getBoundingClientRect().right)}`)
}"""

TOO_SMALL = """() => [...document.querySelectorAll("a, button, input, select, textarea, summary")]
    .filter(it => it.checkVisibility() && it.type !== "hidden")
    .filter(it => it.matches("button, .button")
        || !it.closest("p, dd, li, td, th, .visually-hidden"))
    .map(it => [it, it.getBoundingClientRect()])
    .filter(([it, box]) => box.width > 1 && (box.width < 24 || box.height < 24))
    .map(([it, box]) => `${it.outerHTML.slice(0, 80)}: ${box.width} × ${box.height}`)"""


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.path)
async def test_nothing_is_wider_than_the_screen(look, world, route) -> None:
    visitor = await look(viewers(route)[-1], phone=True)
    page = await visitor.open(address(route, world))
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 740})
        found = await page.evaluate(TOO_WIDE)
        widest = await page.evaluate("() => document.documentElement.scrollWidth")
        assert (found, widest) == ([], width)
    assert await page.evaluate(TOO_SMALL) == []
