"""Every page speaks English or Russian throughout, with the dates and plurals of each."""

import re

import pytest
from playwright.async_api import expect

from kinoteka.core.imports import demo
from tests.support.site_pages import example_path, pages, viewers

PAGES = pages()
LOCALES = {"en": "en-GB", "ru": "ru"}

# What is read, heard, or shown as a hint.
TEXTS = """() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found = []
    while (walker.nextNode()) {
        const it = walker.currentNode.parentElement
        if (it.closest("script, template, noscript, code, [lang]:not(html)")) continue
        found.push(walker.currentNode.data)
    }
    for (const name of ["aria-label", "title", "placeholder", "alt", "data-confirm", "data-failed"])
        for (const it of document.querySelectorAll(`[${name}]`))
            if (!it.closest("[lang]:not(html)")) found.push(it.getAttribute(name))
    found.push(document.title)
    return found.map(text => text.replace(/\\s+/g, " ").trim()).filter(Boolean)
}"""
# Names that are the same in both: of things, of files and addresses, and what the server calls its
# permissions, roles and labels.
NAMES = re.compile(
    r"\S+[.@:/]\S+|\b(Kinoteka|JSON|JPEG|PNG|WebP|IMDb|TMDB|CSV|MovieLens|Firefox|Linux|Python|httpx"
    r"|HTTP|YouTube|anonymous|csv|hidden|ID|operator|root|user)\b"
)
WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")


@pytest.fixture(scope="module")
def known(world) -> set[str]:
    """Every word of what people wrote and of the catalogue."""
    paths = ("/genres/", "/directors/", "/selections?limit=100")
    served = [world.anna.get(path, headers={"accept": "application/json"}).text for path in paths]
    films = demo.films_path().read_text(encoding="utf-8")
    return set(WORD.findall(" ".join([*map(str, vars(world.words).values()), *served, films])))


@pytest.mark.parametrize("route", PAGES, ids=lambda route: route.path)
async def test_pages_have_no_texts_in_the_other_language(look, world, known, route) -> None:
    viewer = viewers(route)[-1]
    texts = {}
    for language in ("en", "ru"):
        visitor = await look(viewer, language=language)
        page = await visitor.open(example_path(route, world))
        await expect(page.locator("html")).to_have_attribute("lang", LOCALES[language])
        texts[language] = await page.evaluate(TEXTS)
    same = set(texts["ru"]) & set(texts["en"])
    untranslated = {text for text in same if {*WORD.findall(NAMES.sub("", text))} - known}
    assert untranslated == set()


async def test_plurals_and_numbers_follow_the_language(look, world) -> None:
    english, russian = await look("member"), await look("member", language="ru")
    for language, visitor, words in (
        ("en", english, r"^1 film$|^\d+ films$"),
        ("ru", russian, r"^\d*1\sфильм$|^\d*[234]\sфильма$|^\d*[05-9]\sфильмов$|^\d*1\d\sфильмов$"),
    ):
        page = await visitor.open("/selections")
        counts = await page.locator(".selection-facts span").all_inner_texts()
        observed = [count for count in counts if re.match(r"\d", count)]
        assert observed, language
        assert all(re.match(words, count) for count in observed), observed


async def test_dates_follow_the_locale(look, world) -> None:
    english, russian = await look("member"), await look("member", language="ru")
    page = await english.open("/account/history")
    shown = await page.locator("time").first.inner_text()
    assert re.search(r"\d{4}", shown)
    assert re.search(r"[A-Z][a-z]{2}", shown)
    page = await russian.open("/account/history")
    shown = await page.locator("time").first.inner_text()
    assert re.search(r"[а-я]{3}", shown)
    assert not re.search(r"[A-Za-z]", shown)


async def test_times_follow_the_time_zone_of_the_browser(look, world) -> None:
    """The browsers of these tests are in Moscow; the page after the first one knows that."""
    visitor = await look("member")
    await visitor.open("/account/history")
    page = await visitor.open("/account/history")
    time = page.locator("time").first
    utc = await time.get_attribute("datetime") or ""
    hour = (int(utc[11:13]) + 3) % 24
    shown = re.search(r"(\d{1,2}):\d\d", await time.inner_text())
    assert shown
    assert int(shown.group(1)) % 12 == hour % 12
