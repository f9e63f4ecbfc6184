"""The search page shows everything that the suggestions offer, of every kind."""

import pytest

from tests.site.films.conftest import titles
from tests.support.html_pages import element, text_of


@pytest.fixture(scope="module")
def selection(site):
    """The id of a public selection of a member."""
    token = {"csrf-token": site.root.get("/user/csrf").json()["body"]["csrf"]}
    body = {"title": "Ridleyana", "public": True, "movies": [site.films["Alien"]]}
    response = site.root.post("/selections", json=body, headers=token)
    return response.json()["body"]["selection"]["id"]


def offered(page):
    found = [each.attributes["data-href"] for each in page.css("[role=option]")]
    return [each for each in found if not each.startswith("/search")]


def chips(page):
    return [each.attributes["href"] for each in page.css("main .chip")]


@pytest.mark.parametrize(
    "query", ["ridley", "scott", "science", "фантаст", "kurosawa", "куросава", "sci", "matrix", "a"]
)
def test_page_shows_what_is_suggested(site, selection, query):
    page = site.page(f"/search?q={query}")
    shown = [f"/films/{site.films[title]}" for title in titles(page)] + chips(page)
    assert set(offered(site.piece(f"/search/suggested?q={query}"))) <= set(shown)


def test_films_of_a_person_are_found(site):
    assert "Alien" in titles(site.page("/search?q=ridley"))
    assert titles(site.page("/search?q=scott+alien+1979")) == ["Alien"]


@pytest.mark.parametrize("query", ["ridley", "ридли", "scott"])
def test_person_is_found(site, query):
    director = site.cinema.directors["Ridley Scott"]
    assert f"/directors/{director}" in chips(site.page(f"/search?q={query}"))


@pytest.mark.parametrize("query", ["science", "Фантастика", "sci", "фантаст"])
def test_genre_is_found_in_every_language(site, query):
    genre = site.cinema.genres["Science Fiction"]
    assert f"/genres/{genre}" in chips(site.page(f"/search?q={query}"))


def test_selection_is_found(site, selection):
    assert chips(site.page("/search?q=ridleyana")) == [f"/selections/{selection}"]
    assert f"/selections/{selection}" in offered(site.piece("/search/suggested?q=ridleyana"))


def test_only_the_first_page_repeats_other_results(site):
    assert chips(site.page("/search?q=short"))
    assert not chips(site.page("/search?q=short&page=2"))


def test_results_without_films_are_no_empty_page(site, selection):
    page = site.page("/search?q=ridleyana")
    assert page.css_first(".empty") is None
    assert text_of(element(page, "#films")) == "No films found"


def test_complete_search_has_no_note(site):
    assert "There are more films" not in text_of(element(site.page("/search?q=short"), "#films"))
