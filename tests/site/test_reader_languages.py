"""Pages show titles, names and genres in the language of their reader."""

import pytest

from tests.support.films import SampleFilm, fill_catalogue
from tests.support.servers import PASSWORD
from tests.support.translations import translate

FILMS = (
    SampleFilm("The Matrix", 1999, ("Heist",), ("Lana Wachowski",)),
    SampleFilm("Bound", 1996, ("Heist",), ("Lana Wachowski",)),
)
TITLES = {"The Matrix": "Матрица", "Bound": "Связь"}
NAMES = {"Heist": "Ограбление", "Lana Wachowski": "Лана Вачовски"}
TITLE, GENRE, DIRECTOR = "The Matrix", *NAMES
PAGES: dict[str, set[str]] = {
    "/": {TITLE},
    "/films": {TITLE, GENRE},
    "/films?sort=title": {TITLE, GENRE},
    "/films?director={director}": {TITLE, DIRECTOR},
    "/films?genre={genre}": {TITLE, GENRE},
    "/films/{film}": {TITLE, GENRE, DIRECTOR},
    "/films/{other}": {TITLE, GENRE, DIRECTOR},  # the other film is similar
    "/films/{film}/selections": {TITLE},
    "/films/directors?by=lana": {DIRECTOR},
    "/genres/{genre}": {TITLE, GENRE},
    "/directors/{director}": {TITLE, DIRECTOR},
    "/search?q=matrix": {TITLE},
    "/search?q=lana": {TITLE, DIRECTOR},
    "/search/suggested?q=matrix": {TITLE},
    "/search/suggested?q=wachowski": {TITLE, DIRECTOR},
    "/selections/{selection}": {TITLE},
    "/selections/{selection}/edit": {TITLE},
    "/bookmarks": {TITLE},
    "/messages/films/{film}": {TITLE},
    "/manage/films": {TITLE},
}
"""The pages that show the film, and which of its title and names they must show."""


@pytest.fixture
def site(start_server):
    """A function that returns the text of a page in a language."""
    server = start_server()
    ids = fill_catalogue(server.settings, FILMS)
    film, other = ids.values()
    titles = {ids[title]: translated for title, translated in TITLES.items()}
    translate(server.settings, "ru", titles, **NAMES)
    server.make_superuser("root")
    client = server.client()
    assert client.post("/login", json={"login": "root", "password": PASSWORD}).is_success
    movie = client.get(f"/movies/{film}/").json()
    token = client.get("/user/csrf").json()["body"]["csrf"]
    body = {"title": "Own", "public": True, "movies": [film]}
    made = client.post("/selections", json=body, headers={"csrf-token": token}).json()
    assert client.post(f"/favorites/movies/{film}/").is_success
    values = {
        "film": film,
        "other": other,
        "genre": movie["genre_id"],
        "director": movie["director_id"],
        "selection": made["body"]["selection"]["id"],
    }

    def show(path, language):
        headers = {"accept": "text/html", "accept-language": language}
        response = client.get(path.format_map(values), headers=headers, follow_redirects=True)
        assert response.status_code == 200, path
        return response.text

    return show


def test_every_page_is_in_the_language_of_its_reader(site):
    translated = TITLES | NAMES
    missing = []
    for path, names in PAGES.items():
        for language in ("en", "ru"):
            text = site(path, language)
            shown = {translated[name] if language == "ru" else name for name in names}
            missing += [(path, language, name) for name in shown if name not in text]
    assert missing == []


def test_original_title_is_beside_the_translated_one(site):
    page = site("/films/{film}", "ru")
    assert "<h1>Матрица</h1>" in page
    assert "The Matrix" in page
    assert "Другие названия" not in page
    page = site("/films/{film}", "en")
    assert "film-original" not in page
    assert "<dd>Матрица</dd>" in page


def test_chosen_name_of_a_director_is_understood(site):
    for language, name in (("ru", "Лана Вачовски"), ("en", "Lana Wachowski")):
        assert name in site("/films/directors?by=вачов", language)
        shown = site(f"/films?by={name}", language)
        assert (TITLES["Bound"] if language == "ru" else "Bound") in shown
