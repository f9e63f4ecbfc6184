"""Dates, times and plurals follow the language and the time zone of the browser."""

import re


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
