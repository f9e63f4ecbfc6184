"""Every page fits a small phone, and everything on it is large enough for a finger."""

import pytest

from tests.support.browsers import DESKTOP, FONT_SETS, TABLET
from tests.support.site_pages import example_path, pages, viewers

# WCAG 2.2, 1.4.10 asks for 320 CSS pixels; 360 is what small phones have.
NARROW = (320, 360)
WIDE = (TABLET["width"], DESKTOP["width"])
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

# Everything interactive, also in menus and dialogs. A link in a sentence is as wide as its word.
TOO_SMALL = """() => {
    const interactive = `a[href], button, input:not([type="hidden"]), select, textarea, summary,
        label:has(input), [tabindex]:not([tabindex="-1"]), [role="button"], [role="option"]`
    const closed = [...document.querySelectorAll("details:not([open]), dialog:not([open])")]
    for (const it of closed) it.open = true
    const found = [...document.querySelectorAll(interactive)]
        .filter(it => it.checkVisibility() && !it.closest(".visually-hidden"))
        .map(it => [it, it.getBoundingClientRect()])
        .filter(([it, box]) => box.height < 24
            || box.width < 24 && getComputedStyle(it).display !== "inline")
        .map(([it, box]) => `${it.outerHTML.slice(0, 80)}: ${box.width} × ${box.height}`)
    for (const it of closed) it.open = false
    return found
}"""

# Words on buttons and in the main menu that go on in another line.
BROKEN_WORDS = """() => {
    const found = []
    for (const label of document.querySelectorAll("button, .button, .site-nav a")) {
        if (!label.checkVisibility()) continue
        const texts = document.createTreeWalker(label, NodeFilter.SHOW_TEXT)
        while (texts.nextNode()) {
            if (texts.currentNode.parentElement.closest(".visually-hidden")) continue
            for (const word of texts.currentNode.data.matchAll(/\\S+/g)) {
                const range = document.createRange()
                range.setStart(texts.currentNode, word.index)
                range.setEnd(texts.currentNode, word.index + word[0].length)
                if (range.getClientRects().length > 1) found.push(word[0])
            }
        }
    }
    return found
}"""


# The longest words in the widest font, and the shortest in the narrowest.
LOOKS = [(FONT_SETS[0], "ru"), (FONT_SETS[-1], "en")]


@pytest.mark.parametrize(("fonts", "language"), LOOKS)
@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.path)
async def test_page_fits_every_width_and_targets_are_large_enough(
    look, world, route, fonts, language
) -> None:
    visitor = await look(viewers(route)[-1], phone=True, fonts=fonts, language=language)
    page = await visitor.open(example_path(route, world))
    small = {}
    for width in (*NARROW, *WIDE):
        await page.set_viewport_size({"width": width, "height": 740})
        widest = await page.evaluate("() => document.documentElement.scrollWidth")
        assert (await page.evaluate(TOO_WIDE), widest) == ([], width)
        assert await page.evaluate(BROKEN_WORDS) == []
        if found := await page.evaluate(TOO_SMALL):
            small[width] = found
    assert not small


async def test_buttons_beside_long_role_names_keep_their_words_whole(look, world) -> None:
    role = {"name": "Редактор подборок отдела классики", "permissions": []}
    role_id = world.root.post("/api/v1/role", json=role).raise_for_status().json()["id"]
    visitor = await look("operator", phone=True, language="ru")
    page = await visitor.open(f"/manage/members/{world.person}")
    await page.get_by_role("link", name=role["name"]).wait_for()
    broken = {}
    for width in (*NARROW, *WIDE):
        await page.set_viewport_size({"width": width, "height": 740})
        broken[width] = await page.evaluate(BROKEN_WORDS)
    world.root.delete(f"/api/v1/role/{role_id}").raise_for_status()
    assert not any(broken.values()), broken


@pytest.mark.skipif(len(FONT_SETS) == 1, reason="only Linux lets a program choose its fonts")
@pytest.mark.parametrize("fonts", FONT_SETS)
async def test_browser_sees_only_its_set_of_fonts(browsers, fonts) -> None:
    page = await (await browsers(fonts)).new_page()
    await page.set_content("<p>Kinoteka <b>films</b></p>")
    session = await page.context.new_cdp_session(page)
    await session.send("DOM.enable")
    await session.send("CSS.enable")
    document = await session.send("DOM.getDocument")
    asked = {"nodeId": document["root"]["nodeId"], "selector": "body"}
    node = await session.send("DOM.querySelector", asked)
    used = await session.send("CSS.getPlatformFontsForNode", {"nodeId": node["nodeId"]})
    families = {font["familyName"].partition(" ")[0].lower() for font in used["fonts"]}
    await page.close()
    assert families == {fonts}
