"""Long words on narrow windows, and the fonts that sizes are tested with."""

import pytest

from tests.support.browsers import FONT_SETS
from tests.support.page_checks import BROKEN_WORDS, WIDTHS


async def test_buttons_beside_long_role_names_keep_their_words_whole(look, world) -> None:
    role = {"name": "Редактор подборок отдела классики", "permissions": []}
    role_id = world.root.post("/api/v1/role", json=role).raise_for_status().json()["id"]
    visitor = await look("operator", phone=True, language="ru")
    page = await visitor.open(f"/manage/members/{world.person}")
    await page.get_by_role("link", name=role["name"]).wait_for()
    broken = {}
    for width in WIDTHS:
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
