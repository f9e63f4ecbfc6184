"""What pages weigh, and that nothing moves while they come."""

from typing import Any

import pytest

from tests.support.browsers import FONT_SETS
from tests.support.site_pages import EXAMPLES

MOST = 100 * 1024
"""Bytes over the wire of the first page with everything on it."""

ONE_TRIP = 10 * 1460
"""Bytes that a server may send before it hears of the first ones (RFC 6928)."""

SHEETS = """() => [...document.styleSheets].map(sheet => sheet.href)"""
PAINTED = """() => new Promise(go => new PerformanceObserver(list => go(list.getEntries().length))
    .observe({ type: "paint", buffered: true }))"""
FETCHED = """() => performance.getEntriesByType("resource")
    .filter(it => it.name.endsWith(".css")).map(it => it.transferSize)"""
STAYS = """() => new Promise(go => {
    let moved = 0
    new PerformanceObserver(list => list.getEntries().forEach(it => (moved += it.value)))
        .observe({ type: "layout-shift", buffered: true })
    setTimeout(() => go(moved), 300)
})"""
BLOCKING = """() => ({
    scripts: [...document.scripts].filter(it => it.src && !it.defer && !it.async
        && it.type !== "module").map(it => it.src),
    imports: [...document.styleSheets].flatMap(sheet => [...sheet.cssRules])
        .filter(rule => rule instanceof CSSImportRule || rule instanceof CSSFontFaceRule).length,
    elsewhere: [...document.querySelectorAll("link[rel=stylesheet]")]
        .filter(it => it.closest("body")).length,
})"""


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_first_page_is_small(visit, phone) -> None:
    visitor = await visit(phone=phone)
    session = await visitor.context.new_cdp_session(visitor.page)
    await session.send("Network.enable")
    lengths: list[int] = []

    def finished(event: dict[str, Any]) -> None:
        lengths.append(event["encodedDataLength"])

    session.on("Network.loadingFinished", finished)
    await visitor.open("/")
    await visitor.page.wait_for_load_state("networkidle")
    assert len(lengths) > 5
    assert sum(lengths) < MOST


@pytest.mark.parametrize("path", ["/", "/films", "/films/{id}", "/search?q=a", "/selections/{id}"])
async def test_first_page_is_drawn_after_one_round_trip(visit, world, path) -> None:
    """Nothing else is answered, and yet the page is drawn as it is to be."""
    visitor = await visit(world.server.url)
    visitor.expects("^unanswered: ")
    page = visitor.page
    await page.route(lambda url: "/assets/" in url or "/media/" in url, lambda it: it.abort())
    async with page.expect_request_finished(lambda it: it.is_navigation_request()) as asked:
        await visitor.open(EXAMPLES.get(path, path).format_map(vars(world)))
    sizes = await (await asked.value).sizes()
    assert sizes["responseHeadersSize"] + sizes["responseBodySize"] < ONE_TRIP
    assert await page.evaluate(PAINTED) > 0
    assert set(await page.evaluate(SHEETS)) == {None}
    assert await page.locator(".site-bar").evaluate("it => getComputedStyle(it).display") == "flex"


async def test_style_sheets_are_fetched_once(visit) -> None:
    visitor = await visit()
    page = await visitor.open("/")
    await page.wait_for_load_state("networkidle")
    await page.get_by_role("navigation").get_by_role("link", name="Films").click()
    await page.wait_for_url("**/films")
    sheets = await page.evaluate(SHEETS)
    assert sheets
    assert all(sheet and "/assets/" in sheet for sheet in sheets)
    assert set(await page.evaluate(FETCHED)) == {0}


@pytest.mark.parametrize("path", ["/", "/films", "/films/{id}", "/search", "/selections/{id}"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
@pytest.mark.parametrize("fonts", FONT_SETS)
async def test_layout_does_not_shift_and_nothing_blocks_rendering(
    look, world, path, phone, fonts
) -> None:
    visitor = await look("visitor", phone=phone, fonts=fonts)
    page = await visitor.open(EXAMPLES.get(path, path).format_map(vars(world)))
    assert await page.evaluate(STAYS) < 0.001
    assert await page.evaluate(BLOCKING) == {"scripts": [], "imports": 0, "elsewhere": 0}
