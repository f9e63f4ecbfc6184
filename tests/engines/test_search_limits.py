"""Searches and suggestions say when they stopped at a limit, on both engines."""

from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser

from kinoteka.core.catalogue.service import MAX_SEARCH_RESULTS
from tests.conftest import GENEROUS, new_database
from tests.support.cinema_clients import total_films
from tests.support.films import SampleFilm, fill_catalogue
from tests.support.html_pages import element, text_of
from tests.support.polling import eventually
from tests.support.servers import run_server

MANY = [SampleFilm(f"Short {number:04}", 1901) for number in range(MAX_SEARCH_RESULTS + 1)]
PEOPLE = [
    SampleFilm(f"Long {number}", 1950, directors=(f"Vera Vale {number}",)) for number in range(11)
]
NOTES = {
    "en": ("There are more films.", "There may be more people", "There may be more results"),
    "ru": ("Есть и другие фильмы.", "Возможно, есть и другие люди", "Возможно, есть и другие рез"),
}


@pytest.fixture(scope="module")
def server(engine, request, tmp_path_factory):
    """A server with more films of one word than a search returns, and many namesakes."""
    folder: Path = tmp_path_factory.mktemp("limits")
    with (
        new_database(engine, request, folder) as database,
        run_server(folder, GENEROUS | database, "--workers", "1") as running,
    ):
        fill_catalogue(running.settings, MANY + PEOPLE)
        eventually(lambda: total_films(running.client()) == len(MANY + PEOPLE))
        yield running


@pytest.fixture(params=NOTES)
def read(request, server):
    """Return a function that reads a page, and the notes in its language."""
    client = server.client()

    def get(path):
        response = client.get(path, headers={"accept": "text/html", "accept-language": language})
        assert response.status_code == 200
        return LexborHTMLParser(response.text)

    language = request.param
    return get, NOTES[language]


def test_search_page_says_that_there_are_more_films(read):
    get, (films, people, _) = read
    shown = text_of(element(get("/search?q=short"), "main"))
    assert films in shown
    assert people not in shown
    assert films not in text_of(element(get("/search?q=short+0007"), "main"))


def test_search_page_says_that_there_may_be_more_people(read):
    get, (films, people, _) = read
    shown = text_of(element(get("/search?q=vale"), "main"))
    assert people in shown
    assert films not in shown


@pytest.mark.parametrize("query", ["short", "vale"])
def test_suggestions_say_that_there_may_be_more(read, query):
    get, (_, _, results) = read
    page = get(f"/search/suggested?q={query}")
    assert results in text_of(element(page, "[data-count]"))
    assert results in text_of(page.css("[role=option]")[-1])


def test_complete_suggestions_have_no_note(read):
    get, (_, _, results) = read
    assert results not in get("/search/suggested?q=short+0007").text()
