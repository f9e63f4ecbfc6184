"""What holds for each page of the site's route table.

A page is opened once for each viewer and look, and every check that needs this look follows.
"""

from typing import Any

import pytest

from kinoteka.core.imports import demo
from kinoteka.site.contract import SITE
from tests.support.axe import violations
from tests.support.browsers import DESKTOP, FONT_SETS
from tests.support.page_checks import (
    WORD,
    accessibility_problems,
    page_texts,
    size_problems,
    unmarked_elements,
    untranslated,
)
from tests.support.site_pages import (
    EXAMPLES,
    FRAGMENTS,
    REDIRECTS,
    example_path,
    pages,
    viewers,
)

ROUTES = pages()

# The longest words in the widest font, and the shortest in the narrowest.
PHONES = (("ru", FONT_SETS[0]), ("en", FONT_SETS[-1]))
LOCALES = {"en": "en-GB", "ru": "ru"}


def test_every_route_has_an_example(world) -> None:
    """A page whose path has values has an address in `site_pages.EXAMPLES`."""
    for route in ROUTES:
        assert "{" not in example_path(route, world), route.path


def test_every_example_has_a_route() -> None:
    assert {*EXAMPLES, *FRAGMENTS, *REDIRECTS} <= {
        route.path for route in SITE.routes if route.method == "GET"
    }


@pytest.fixture(scope="module")
def known_words(world) -> set[str]:
    """Every word of what people wrote and of the catalogue."""
    paths = ("/genres/", "/directors/", "/selections?limit=100")
    served = [world.anna.get(path, headers={"accept": "application/json"}).text for path in paths]
    films = demo.films_path().read_text(encoding="utf-8")
    return set(WORD.findall(" ".join([*map(str, vars(world.words).values()), *served, films])))


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
async def test_page_is_accessible_fits_every_width_and_is_translated(
    look, world, known_words, route
) -> None:
    """On a desktop for each viewer, and on phones in both languages and sets of fonts.

    axe-core finds nothing (WCAG 2.2 AA and good practice, light, dark and narrow); focused elements
    are marked; at every width all fits, words on buttons stay whole, and targets are large enough;
    and no text is in the other language.
    """
    path = example_path(route, world)
    problems: dict[str, Any] = {}
    texts: dict[str, set[str]] = {}
    for viewer in viewers(route):
        visitor = await look(viewer)
        await visitor.page.set_viewport_size(DESKTOP)
        await visitor.page.emulate_media(color_scheme="light")
        page = await visitor.open(path)
        texts["English"] = await page_texts(page, "en-GB")
        problems[f"axe-core, {viewer}"] = await accessibility_problems(page)
    await page.set_viewport_size(DESKTOP)
    await page.emulate_media(color_scheme="light")
    problems["focus"] = await unmarked_elements(page)
    for language, fonts in PHONES:
        visitor = await look(viewers(route)[-1], phone=True, fonts=fonts, language=language)
        page = await visitor.open(path)
        texts[language] = await page_texts(page, LOCALES[language])
        problems[f"phone, {language}, {fonts}"] = await size_problems(page)
    english = texts["English"] | texts["en"]
    problems["untranslated"] = untranslated(english, texts["ru"], known_words)
    assert {what: found for what, found in problems.items() if found} == {}


async def test_axe_finds_no_violation_on_an_error_page(look) -> None:
    visitor = await look("visitor")
    await visitor.page.set_viewport_size(DESKTOP)
    await visitor.page.emulate_media(color_scheme="light")
    await visitor.open("/films/999999999", status=404)
    assert await violations(visitor.page) == []


def test_htmx_parts_are_no_whole_pages(world) -> None:
    """Scripts may ask for any page, or for the piece of it that changes."""
    headers = {"accept": "text/html", "hx-request": "true"}
    statuses = {}
    for route in ROUTES:
        client = {"member": world.anna, "operator": world.root}.get(viewers(route)[-1])
        with world.server.client(**headers) as browser:
            browser.cookies = client.cookies if client else browser.cookies
            statuses[route.path] = browser.get(example_path(route, world)).status_code
    assert statuses == dict.fromkeys(statuses, 200)


def test_anonymous_reader_is_redirected_to_sign_in(world) -> None:
    with world.server.client(accept="text/html") as browser:
        reached = {
            route.path: browser.get(example_path(route, world), follow_redirects=True)
            for route in ROUTES
            if route.signed_in
        }
    assert len(reached) > 10
    for path, response in reached.items():
        assert response.status_code == 200, path
        assert response.url.path == "/sign-in", path
        assert response.url.params["next"], path
