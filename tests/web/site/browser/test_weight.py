"""What pages weigh, and that nothing moves while they come."""

from typing import Any

import pytest

from site_pages import EXAMPLES

MOST = 100 * 1024
"""Bytes over the wire of the first page with everything on it."""

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
async def test_the_first_page_is_light(visit, phone) -> None:
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


@pytest.mark.parametrize("path", ["/", "/films", "/films/{id}", "/search", "/selections/{id}"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_nothing_moves_and_nothing_blocks(look, world, path, phone) -> None:
    visitor = await look("visitor", phone=phone)
    page = await visitor.open(EXAMPLES.get(path, path).format_map(vars(world)))
    assert await page.evaluate(STAYS) < 0.001
    assert await page.evaluate(BLOCKING) == {"scripts": [], "imports": 0, "elsewhere": 0}
