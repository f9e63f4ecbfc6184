"""GET /movies/?q= of the cinema contract."""

from collections.abc import Callable

import httpx
import pytest

from tests.support.cinema_clients import Cinema
from tests.support.films import fill_catalogue
from tests.support.servers import RunningServer


def titles(app: httpx.Client, **query: object) -> list[str]:
    response = app.get("/movies/", params={name: str(value) for name, value in query.items()})
    assert response.status_code == 200, response.text
    found = [film["title"] for film in response.json()]
    if "page" not in query:
        assert response.headers["x-total-count"] == str(len(found))
    return found


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("stalker", "Stalker"),
        ("STALKER", "Stalker"),
        ("runner blade", "Blade Runner"),
        ("bla run", "Blade Runner"),
        ("metropolsi", "Metropolis"),
        ("rashomno", "Rashomon"),
        ("amelie", "Amélie"),
        ("spider man", "Spider-Man"),
        ("spiderman", "Spider-Man"),
        ("брат", "Brother"),
        ("БРАТ", "Brother"),
        ("brat", "Brother"),
        ("летят", "The Cranes Are Flying"),
        ("zerkalo", "Mirror"),
    ],
)
def test_best_match_comes_first(app: httpx.Client, words: str, expected: str) -> None:
    assert titles(app, q=words)[0] == expected
    assert titles(app, q=f"  {words} ", page=1)[0] == expected


def test_single_letter_finds_titles(app: httpx.Client) -> None:
    assert titles(app, q="m")[0] == "M"
    assert {"Metropolis", "Mirror"} <= set(titles(app, q="m"))


@pytest.mark.parametrize("words", ["", " ", "qqqqqqqq", "xyzzy plugh"])
def test_text_without_a_match_finds_nothing(app: httpx.Client, words: str) -> None:
    assert titles(app, q=words) == []


@pytest.mark.parametrize(
    "words", ["-", "…", '"', "*", "blade OR stalker", "NOT blade", "NEAR(", 'title:"m"', "%_", "\\"]
)
def test_operators_have_no_meaning(app: httpx.Client, words: str) -> None:
    assert len(titles(app, q=words)) <= 17


def test_search_combines_with_filters_and_status(cinema: Cinema, app: httpx.Client) -> None:
    assert set(titles(app, q="s")) >= {"Stalker", "Solaris", "Seven Samurai", "Spider-Man"}
    newest = titles(app, q="s", status="new")
    assert newest.index("Spider-Man") < newest.index("Stalker") < newest.index("Solaris")
    assert titles(app, q="s", year=1979) == ["Stalker"]
    drama = titles(app, q="s", genre_id=cinema.genres["Drama"])
    assert set(drama) >= {"Seven Samurai", "Solaris"}
    assert "Stalker" not in drama
    assert titles(app, q="s", page=2) == titles(app, q="s")[12:24]


@pytest.mark.parametrize("words", ["Zanzibar", "zanz", "zanzibra", "za", "z", "nights", "zoe"])
def test_labelled_film_is_not_found(cinema: Cinema, app: httpx.Client, words: str) -> None:
    assert "Zanzibar Nights" not in titles(app, q=words)


def test_holder_of_the_label_finds_the_film(cinema: Cinema) -> None:
    for app in (cinema.holder, cinema.superuser):
        assert titles(app, q="zanzibra")[0] == "Zanzibar Nights"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("q=%00", "q"),
        ("q=a%07b", "q"),
        (f"q={'x' * 201}", "q"),
        (f"q={'x' * 20000}", "query"),
    ],
)
def test_invalid_text_is_rejected(app: httpx.Client, query: str, field: str) -> None:
    response = app.get(f"/movies/?{query}")
    assert response.status_code == 400
    assert response.json()["message"].startswith(f"{field}: ")


def test_bytes_that_are_not_utf_8_are_accepted(app: httpx.Client) -> None:
    assert app.get("/movies/?q=%ff%fe").status_code == 200
    assert app.get("/movies/?q=%ed%a0%80").status_code == 200


def test_searches_are_rate_limited(start_server: Callable[..., RunningServer]) -> None:
    server = start_server(search_limit="3 per hour")
    fill_catalogue(server.settings)
    app = server.client()
    for number in range(3):
        assert app.get(f"/movies/?q=film{number}").status_code == 200
    response = app.get("/movies/?q=another")
    assert response.status_code == 429
    assert 1 <= int(response.headers["retry-after"]) <= 3600
    assert response.json()["message"].startswith("too many requests")
    assert app.get("/movies/?page=1").status_code == 200
