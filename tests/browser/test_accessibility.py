"""axe-core finds nothing on any page: WCAG 2.2 AA and good practice, by day and by night."""

import pytest

from tests.support.axe import violations
from tests.support.browsers import DESKTOP, PHONE, drawn
from tests.support.site_pages import example_path, pages, viewers

PAGES = [(route, viewer) for route in pages() for viewer in viewers(route)]


@pytest.mark.parametrize(
    ("route", "viewer"), PAGES, ids=[f"{route.path}-{viewer}" for route, viewer in PAGES]
)
async def test_axe_finds_no_violation_on_any_page(look, world, route, viewer) -> None:
    visitor = await look(viewer)
    page = visitor.page
    await page.set_viewport_size(DESKTOP)
    await page.emulate_media(color_scheme="light")
    await visitor.open(example_path(route, world))
    found = await violations(page)
    await page.emulate_media(color_scheme="dark")
    await drawn(page)
    found += [f"dark: {it}" for it in await violations(page, only=["color-contrast"])]
    await page.set_viewport_size(PHONE)
    found += [f"phone: {it}" for it in await violations(page, without=["color-contrast"])]
    assert not found, "\n".join(found)


async def test_axe_finds_no_violation_on_an_error_page(look) -> None:
    visitor = await look("visitor")
    await visitor.open("/films/999999999", status=404)
    assert await violations(visitor.page) == []
