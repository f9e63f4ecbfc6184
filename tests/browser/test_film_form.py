"""The form of a film in a browser: credits, titles and countries in rows."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.support import axe
from tests.support.browsers import PHONE, TABLET, Visitor
from tests.support.page_checks import BROKEN_WORDS
from tests.support.servers import unique_name

NEW = "/manage/films/new"


def rows(page: Page, name: str) -> Locator:
    return page.locator(f"#list-{name} .manage-row")


def people(page: Page) -> Locator:
    return page.locator("[name=cast_people]")


async def fill_credit(row: Locator, person: str, role: str = "", department: str = "") -> None:
    await row.locator("[name=cast_people]").fill(person)
    await row.locator("[name=cast_roles]").fill(role)
    if department:
        await row.locator("select").first.select_option(department)


async def save(page: Page) -> None:
    name = "Add film" if page.url.partition("?")[0].partition("#")[0].endswith("new") else "Save"
    await page.get_by_role("button", name=name, exact=True).click()


async def add_film(visitor: Visitor, *credited: str) -> str:
    """Add a film with these actors, and return its id."""
    page = await visitor.open(NEW)
    await page.get_by_label("Title", exact=True).fill(unique_name("A film with rows"))
    for number, person in enumerate(credited):
        if number:
            await page.get_by_role("button", name="Add a person").click()
        await fill_credit(rows(page, "cast").nth(number), person)
    await save(page)
    await expect(page.locator(".notice")).to_be_visible()
    return page.url.partition("?")[0].rpartition("/")[2]


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
async def test_rows_are_added_moved_removed_and_saved(operator, javascript) -> None:
    visitor = await operator(javascript=javascript)
    page = await visitor.open(NEW)
    await page.get_by_label("Title", exact=True).fill(unique_name("Rows"))
    first, second, third = (unique_name(name) for name in ("Ann", "Ben", "Cleo"))
    cast = rows(page, "cast")
    await fill_credit(cast.nth(0), first, "The captain")
    for number, (person, department) in enumerate(
        ((second, "acting"), ("Nobody", "acting"), (third, "music")), start=1
    ):
        await page.get_by_role("button", name="Add a person").click()
        await expect(cast).to_have_count(number + 1)
        await fill_credit(cast.nth(number), person, department=department)
    await cast.nth(2).locator("[data-step=remove]").click()
    await expect(people(page).nth(2)).to_have_value(third)
    await cast.nth(1).locator("[data-step=up]").click()
    await expect(people(page).nth(0)).to_have_value(second)
    await cast.nth(0).locator("[data-step=up]").click()
    await expect(people(page).nth(0)).to_have_value(second)

    titles, countries = rows(page, "titles"), rows(page, "countries")
    await titles.nth(0).locator("[name=title_languages]").fill("ru")
    await titles.nth(0).locator("[name=title_texts]").fill("Ряды")
    await countries.nth(0).locator("select").select_option("FR")
    await page.get_by_role("button", name="Add a country").click()
    await expect(countries).to_have_count(2)
    await countries.nth(1).locator("select").select_option("JP")
    await save(page)
    await expect(page.locator(".notice")).to_be_visible()
    await page.get_by_role("link", name="View film page").click()
    main = page.locator("main")
    names = page.locator(".film-cast").first.get_by_role("link")
    await expect(names).to_have_text([second, first])
    for text in ("The captain", third, "Ряды", "France", "Japan"):
        await expect(main).to_contain_text(text)


async def test_known_people_are_suggested(operator) -> None:
    visitor = await operator()
    page = await visitor.open(NEW)
    await page.get_by_label("Title", exact=True).fill(unique_name("Suggested"))
    await people(page).first.press_sequentially("bogar")
    suggested = page.locator("#known-people option[value='Humphrey Bogart']")
    await expect(suggested).to_have_count(1)
    assert "Casablanca" in await suggested.text_content()
    await people(page).first.fill("Humphrey Bogart")
    await save(page)
    await page.get_by_role("link", name="View film page").click()
    await page.locator(".film-cast").get_by_role("link", name="Humphrey Bogart").click()
    await expect(page.locator("main")).to_contain_text("Casablanca")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no scripts"])
async def test_operator_chooses_one_of_several_people_with_a_name(operator, javascript) -> None:
    visitor = await operator(javascript=javascript)
    name = unique_name("Ann Lee")
    await add_film(visitor, name)
    page = visitor.page
    known = await page.get_by_role("heading", level=1).inner_text()
    await add_film(visitor, f"{name} #new")
    visitor.expects(r"^400 POST")
    await visitor.open(NEW)
    await page.get_by_label("Title", exact=True).fill(unique_name("Which"))
    await people(page).first.fill(name)
    await save(page)
    await expect(page.locator("#wrong-cast")).to_be_visible()
    choice = page.locator("select[name=cast_people]")
    option = choice.locator("option", has_text=known)
    chosen = await option.get_attribute("value")
    await choice.select_option(chosen)
    # A row that is added now has a field for the name, not the choice of another row.
    await page.get_by_role("button", name="Add a person").click()
    await expect(page.locator("input[name=cast_people]").last).to_have_value("")
    await save(page)
    await expect(page.locator(".notice")).to_be_visible()
    await expect(people(page).first).to_have_value(chosen)


async def test_new_row_is_blank_when_the_last_row_is_a_choice_of_people(operator) -> None:
    visitor = await operator()
    name = unique_name("Kim Park")
    await add_film(visitor, name)
    await add_film(visitor, f"{name} #new")
    visitor.expects(r"^400 POST")
    page = await visitor.open(NEW)
    await page.get_by_label("Title", exact=True).fill(unique_name("Which"))
    await people(page).first.fill(name)
    await save(page)
    await expect(page.locator("select[name=cast_people]")).to_have_count(1)
    await rows(page, "cast").last.locator("[data-step=remove]").click()
    await page.get_by_role("button", name="Add a person").click()
    await expect(page.locator("input[name=cast_people]")).to_have_value("")
    await expect(page.get_by_role("textbox", name="Role: new row")).to_have_count(1)
    await page.locator("input[name=cast_people]").fill("Someone")
    await page.locator("input[name=cast_people]").blur()
    await expect(page.get_by_role("textbox", name="Role: Someone")).to_have_count(1)
    await expect(page.get_by_role("button", name="Remove: Someone")).to_have_count(1)


async def test_second_of_two_operators_sees_that_the_film_has_changed(operator) -> None:
    first = await operator()
    film = await add_film(first, unique_name("Dora"))
    second = await operator()
    await first.open(f"/manage/films/{film}")
    await second.open(f"/manage/films/{film}")
    await rows(first.page, "countries").first.locator("select").select_option("IT")
    await save(first.page)
    await expect(first.page.locator(".notice")).to_be_visible()

    other = unique_name("Emil")
    second.expects(r"^4\d\d POST")
    await fill_credit(rows(second.page, "cast").last, other)
    await save(second.page)
    await expect(second.page.get_by_role("link", name="Show the current version")).to_be_visible()
    assert other in [await each.input_value() for each in await people(second.page).all()]
    await second.page.get_by_role("link", name="Show the current version").click()
    await expect(second.page.locator("[name=country_codes]").first).to_have_value("IT")
    await fill_credit(rows(second.page, "cast").last, other)
    await save(second.page)
    await expect(second.page.locator(".notice")).to_be_visible()
    await second.open(f"/films/{film}")
    await expect(second.page.locator("main")).to_contain_text("Italy")
    await expect(second.page.locator("main")).to_contain_text(other)


async def test_rows_are_edited_with_the_keyboard_alone(operator) -> None:
    visitor = await operator()
    film = await add_film(visitor, unique_name("Fay"))
    page = await visitor.open(f"/manage/films/{film}")
    keyboard = page.keyboard
    await page.get_by_role("button", name="Add a person").focus()
    await keyboard.press("Enter")
    await expect(rows(page, "cast").last.locator("select")).to_be_focused()
    await keyboard.press("Tab")
    last = unique_name("Gil")
    await keyboard.type(last)
    await keyboard.press("Tab")
    await keyboard.type("The pilot")
    await keyboard.press("Tab")
    for place in (1, 0):
        await keyboard.press("Enter")
        await expect(people(page).nth(place)).to_have_value(last)
    await expect(rows(page, "cast").first.locator("[data-step=up]")).to_be_focused()
    await keyboard.press("Shift+Tab")
    await keyboard.press("Enter")
    await expect(page.locator(".notice")).to_be_visible()
    await expect(people(page).first).to_have_value(last)
    await expect(page.locator("[name=cast_roles]").first).to_have_value("The pilot")

    await rows(page, "cast").first.locator("[data-step=remove]").focus()
    await keyboard.press("Enter")
    await expect(rows(page, "cast").first.locator("[data-step=remove]")).to_be_focused()


async def test_page_without_scripts_returns_to_the_changed_list(operator) -> None:
    visitor = await operator(javascript=False)
    page = await visitor.open(NEW)
    await page.get_by_role("button", name="Add a title").click()
    await expect(page.locator("#list-titles legend")).to_be_in_viewport()
    assert page.url.endswith("#list-titles")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_filled_form_is_accessible_and_fits_narrow_windows(operator, dark) -> None:
    visitor = await operator(dark=dark)
    film = await add_film(visitor, unique_name("Hal"), unique_name("Ida"))
    page = await visitor.open(f"/manage/films/{film}")
    assert not await axe.violations(page)
    for size in (TABLET, PHONE):
        await page.set_viewport_size(size)
        assert not await axe.violations(page)
        assert not await page.evaluate(BROKEN_WORDS)
        width = await page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= size["width"]
    visitor.expects(r"^400 POST")
    await fill_credit(rows(page, "cast").first, "", "A role of nobody")
    await save(page)
    await expect(page.locator("#wrong-cast")).to_be_visible()
    assert not await axe.violations(page)
