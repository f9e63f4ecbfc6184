"""Operators list, name and merge genres."""

from collections.abc import Iterator

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from kinoteka.core.access.model import FILMS_LABEL
from tests.support.films import ids_by_name
from tests.support.html_pages import element, parse_page, text_of
from tests.support.management_site import ManagementSite, run_management_site_on

GENRES = "/manage/genres"
JSON = {"accept": "application/json"}


@pytest.fixture(scope="module")
def site(
    engine: str, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[ManagementSite]:
    with run_management_site_on(engine, request, tmp_path_factory.mktemp("genres")) as site:
        yield site


@pytest.fixture
def root(site: ManagementSite) -> httpx.Client:
    return site.root()


def genre_id(site: ManagementSite, name: str) -> int:
    return ids_by_name(site.server.settings, "genres")[name]


def main_text(response: httpx.Response) -> str:
    return text_of(LexborHTMLParser(response.text).css_first(".manage-main"))


def test_list_finds_genres_by_a_part_of_the_name(site: ManagementSite, root: httpx.Client) -> None:
    page = parse_page(root.get(GENRES, params={"q": "noir or dram"}))
    assert page.css_first(f"a[href='{GENRES}/{genre_id(site, 'Drama')}']") is None
    page = parse_page(root.get(GENRES, params={"q": "DRA"}))
    assert text_of(element(page, f"a[href='{GENRES}/{genre_id(site, 'Drama')}']")) == "Drama"


def test_page_says_what_a_merge_will_change(site: ManagementSite, root: httpx.Client) -> None:
    merged, survivor = genre_id(site, "Documentary"), genre_id(site, "Drama")
    response = root.get(f"{GENRES}/{merged}/merge", params={"other": "drama"})
    shown = main_text(response)
    assert "2 films of “Documentary” get “Drama” instead." in shown
    assert "1 of them has both genres" in shown
    assert "cannot be undone" in shown
    form = element(parse_page(response), f"form[action='{GENRES}/{merged}/merge'] [name=other]")
    assert form.attributes["value"] == str(survivor)


def test_merged_genre_leads_to_the_survivor_everywhere(
    site: ManagementSite, root: httpx.Client
) -> None:
    merged, survivor = genre_id(site, "Romance"), genre_id(site, "Comedy")
    member = site.server.signed_up()
    member.patch("/user/", json={"favorite_genre": merged}, headers=JSON)
    sent = root.post(f"{GENRES}/{merged}/merge", data={"other": survivor})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{GENRES}/{survivor}")
    browser = site.browser()
    moved = browser.get(f"/genres/{merged}")
    assert (moved.status_code, moved.headers["location"]) == (308, f"/genres/{survivor}")
    filtered = browser.get("/films", params={"genre": merged, "sort": "title", "year": 2001})
    expected = f"/films?sort=title&genre={survivor}&year=2001"
    assert (filtered.status_code, filtered.headers["location"]) == (303, expected)
    part = browser.get("/films", params={"genre": merged}, headers={"hx-request": "true"})
    assert "Amélie" in part.text
    exported = browser.get("/films/export", params={"genre": merged, "format": "csv"})
    assert "Amélie" in exported.text
    assert browser.get(f"/genres/{merged}", headers=JSON).json()["id"] == survivor
    movies = [
        browser.get("/movies/", params={"genre_id": each}, headers=JSON).json()
        for each in (merged, survivor)
    ]
    assert movies[0] == movies[1] != []
    listed = browser.get("/genres/", headers=JSON).json()
    assert merged not in [genre["id"] for genre in listed]
    assert member.get("/user/", headers=JSON).json()["favorite_genre"] == survivor
    managed = root.get(f"{GENRES}/{merged}")
    assert (managed.status_code, managed.headers["location"]) == (308, f"{GENRES}/{survivor}")


def test_saved_names_are_those_that_readers_of_the_language_see(
    site: ManagementSite, root: httpx.Client
) -> None:
    war = genre_id(site, "War")
    sent = root.post(f"{GENRES}/{war}/names", data={"en": "", "ru": "О войне"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"{GENRES}/{war}")
    shown = element(parse_page(root.get(f"{GENRES}/{war}")), "[name=ru]")
    assert shown.attributes["value"] == "О войне"
    browser = site.browser()
    for language, name in (("ru", "О войне"), ("en", "War")):
        page = parse_page(browser.get(f"/genres/{war}", headers={"accept-language": language}))
        assert text_of(element(page, "h1")) == name


def test_alias_is_added_and_removed(site: ManagementSite, root: httpx.Client) -> None:
    page = f"{GENRES}/{genre_id(site, 'War')}"
    assert root.post(f"{page}/aliases", data={"alias": "Battle"}).status_code == 303
    button = f"form[action='{page}/aliases/remove'] [value=battle]"
    assert parse_page(root.get(page)).css_first(button) is not None
    assert root.post(f"{page}/aliases/remove", data={"alias": "battle"}).status_code == 303
    assert parse_page(root.get(page)).css_first(button) is None


def test_rejected_alias_stays_in_the_form(site: ManagementSite, root: httpx.Client) -> None:
    page = f"{GENRES}/{genre_id(site, 'War')}"
    response = root.post(f"{page}/aliases", data={"alias": "Drama"})
    assert response.is_client_error
    assert "Another genre has this name." in main_text(response)
    field = LexborHTMLParser(response.text).css_first("[name=alias][required]")
    assert field is not None
    assert field.attributes["value"] == "Drama"
    assert root.get(f"{page}/aliases").headers["location"] == page


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ("Polka", "Genre not found."),
        ("crime", "This is the same genre."),
        ("1", "Genre not found."),
    ],
)
def test_genre_that_cannot_remain_is_reported_on_the_page(
    site: ManagementSite, root: httpx.Client, other: str, says: str
) -> None:
    crime = genre_id(site, "Crime")
    response = root.get(f"{GENRES}/{crime}/merge", params={"other": other})
    assert response.is_client_error
    assert says in main_text(response)


def test_blank_name_shows_the_genre_again(site: ManagementSite, root: httpx.Client) -> None:
    crime = genre_id(site, "Crime")
    response = root.get(f"{GENRES}/{crime}/merge", params={"other": " "})
    assert (response.status_code, response.headers["location"]) == (303, f"{GENRES}/{crime}")


def test_genre_that_was_merged_meanwhile_is_not_merged_again(
    site: ManagementSite, root: httpx.Client
) -> None:
    merged, survivor = genre_id(site, "Horror"), genre_id(site, "Crime")
    form = {"other": survivor}
    assert root.post(f"{GENRES}/{merged}/merge", data=form).status_code == 303
    again = root.post(f"{GENRES}/{merged}/merge", data={"other": genre_id(site, "Drama")})
    assert again.status_code == 409
    assert "already been merged" in again.text


def test_pages_require_the_permission_to_edit_films(
    site: ManagementSite, root: httpx.Client
) -> None:
    holder = site.holder(root, FILMS_LABEL)
    for path in (GENRES, f"{GENRES}/{genre_id(site, 'Drama')}"):
        assert holder.get(path).status_code == 403
    assert f'href="{GENRES}"' not in holder.get("/manage").text
