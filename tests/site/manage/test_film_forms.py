"""The form of a film: credits, titles, countries and ids, with and without scripts."""

from collections.abc import Iterator

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from kinoteka.core.film_editing.parts.model import EditedCredit
from kinoteka.site.manage.film_forms import FilmForm
from tests.support.databases import execute
from tests.support.html_pages import parse_page
from tests.support.management_site import ManagementSite, run_management_site_on, text_at

PARTS = {
    "has_lists": "true",
    "cast_departments": ["acting", "writing", "acting"],
    "cast_people": ["Margarita Terekhova", "Alexander Misharin", ""],
    "cast_roles": ["Natalia", "", ""],
    "title_languages": ["ru"],
    "title_kinds": ["original"],
    "title_texts": ["Зеркало"],
    "country_codes": ["SU", ""],
    "imdb": "https://www.imdb.com/title/tt0072443/",
}


@pytest.fixture(scope="module")
def site(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ManagementSite]:
    folder = tmp_path_factory.mktemp("film-forms")
    with run_management_site_on(engine, request, folder) as made:
        yield made


@pytest.fixture
def root(site: ManagementSite) -> httpx.Client:
    return site.root()


def values(page: LexborHTMLParser, name: str) -> list[str | None]:
    fields = page.css(f"input[name={name}]")
    chosen = page.css(f"select[name={name}] option[selected]")
    return [each.attributes["value"] for each in (*fields, *chosen)]


def test_step_adds_removes_and_moves_rows() -> None:
    rows = ["A", "B", "C"]
    form = FilmForm(cast_departments=["acting"] * 3, cast_people=rows, cast_roles=[""] * 3)
    for step, people in (
        ("add-cast", ["A", "B", "C", ""]),
        ("remove-cast-1", ["A", "C"]),
        ("up-cast-2", ["A", "C", "B"]),
        ("up-cast-0", rows),
        ("down-cast-0", ["B", "A", "C"]),
        ("down-cast-2", rows),
        ("remove-cast-9", rows),
        ("remove-votes-1", rows),
        ("remove-cast-²", rows),
    ):
        after = FilmForm(
            step=step, cast_departments=["acting"] * 3, cast_people=rows, cast_roles=[""] * 3
        ).after_step()
        assert after.cast_people == people, step
        assert after.step == ""
    assert form.cast[0] == EditedCredit("acting", "A")


def test_parts_are_edited_in_rows(site: ManagementSite, root: httpx.Client) -> None:
    path = f"/manage/films/{site.films['Mirror']}"
    response = root.post(path, data={"title": "Mirror", **PARTS})
    assert response.status_code == 303, response.text
    page = parse_page(root.get(path))
    assert values(page, "cast_people") == ["Alexander Misharin", "Margarita Terekhova", ""]
    assert values(page, "title_texts") == ["Зеркало", ""]
    assert values(page, "country_codes") == ["SU"]
    assert values(page, "imdb") == ["tt0072443"]
    assert text_at(page, "select[name=country_codes] option[selected]") == "Soviet Union"
    public = parse_page(root.get(f"/films/{site.films['Mirror']}"))
    assert "Natalia" in text_at(public, ".film-cast")


def test_button_of_a_row_changes_the_form_and_saves_nothing(
    site: ManagementSite, root: httpx.Client
) -> None:
    path = f"/manage/films/{site.films['Ran']}"
    typed = {"title": "Ran, changed", **PARTS}
    page = parse_page(root.post(path, data=typed | {"step": "remove-cast-0"}))
    assert values(page, "cast_people") == ["Alexander Misharin", ""]
    assert values(page, "title") == ["Ran, changed"]
    assert values(parse_page(root.get(path)), "cast_people") == [""]
    page = parse_page(root.post("/manage/films/new", data=typed | {"step": "add-titles"}))
    assert values(page, "title_texts") == ["Зеркало", ""]


def test_error_of_a_part_is_shown_at_its_list(site: ManagementSite, root: httpx.Client) -> None:
    path = f"/manage/films/{site.films['Ran']}"
    for field, typed in (
        ("cast", {"cast_people": ["", "", ""]}),
        ("titles", {"title_languages": ["русский"]}),
        ("imdb", {"imdb": "nothing"}),
    ):
        page = parse_page(root.post(path, data={"title": "Ran", **PARTS, **typed}), 400)
        assert page.css_first(f"#wrong-{field}") is not None, field


def test_people_with_one_name_are_offered_with_their_films(
    site: ManagementSite, root: httpx.Client
) -> None:
    insert = "INSERT INTO people (id, name, name_key, sort_key) VALUES (?, ?, ?, ?)"
    for person_id in (901, 902):
        execute(site.server.settings, insert, person_id, "Ann Lee", "ann lee", "ann lee")
    path = f"/manage/films/{site.films['Solaris']}"
    typed = {"title": "Solaris", "year": "1972", "has_lists": "true", "cast_departments": "acting"}
    chosen = typed | {"cast_people": "Ann Lee #902", "cast_roles": ""}
    assert root.post(path, data=chosen).status_code == 303
    path = f"/manage/films/{site.films['M']}"
    ambiguous = typed | {"title": "M", "cast_people": "Ann Lee", "cast_roles": ""}
    page = parse_page(root.post(path, data=ambiguous), 400)
    offered = [each.attributes["value"] for each in page.css("select[name=cast_people] option")]
    assert offered == ["Ann Lee", "Ann Lee #901", "Ann Lee #902", "Ann Lee #new"]
    assert "Solaris (1972)" in text_at(page, "select[name=cast_people]")
    suggested = root.get("/manage/films/people?q=ann+lee").text
    assert 'value="Ann Lee #902"' in suggested
    assert "Solaris (1972)" in suggested
