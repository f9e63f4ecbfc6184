"""Films, genres and directors of the cinema contract: request → status, body, headers."""

import re

import httpx
import pytest

from tests.support.cases import check_each, named
from tests.support.cinema_clients import Cinema
from tests.support.films import CATALOGUE

VISIBLE = [film.title for film in CATALOGUE if film.label is None]
NEWEST = sorted(
    (film for film in CATALOGUE if film.label is None),
    key=lambda film: (film.year or 0, CATALOGUE.index(film)),
    reverse=True,
)
LISTS = ("/movies/", "/genres/", "/directors/")


def titles(response: httpx.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [film["title"] for film in response.json()]


def links(response: httpx.Response) -> dict[str, str]:
    found = re.findall(r'<([^>]*)>; rel="(\w+)"', response.headers["link"])
    return {relation: address for address, relation in found}


class TestMovies:
    """GET /movies/"""

    def test_film_has_the_fields_of_the_document_with_nested_genre_and_director(
        self, cinema: Cinema, app: httpx.Client
    ) -> None:
        film = app.get(f"/movies/{cinema.films['The Cranes Are Flying']}").json()
        genre, director = cinema.genres["Drama"], cinema.directors["Mikhail Kalatozov"]
        assert film == {
            "id": cinema.films["The Cranes Are Flying"],
            "title": "The Cranes Are Flying",
            "description": "Two lovers are parted by the war.",
            "trailer": "https://trailers.example/cranes",
            "year": 1957,
            "rating": 8.2,
            "genre_id": genre,
            "director_id": director,
            "genre": {"id": genre, "name": "Drama"},
            "director": {"id": director, "name": "Mikhail Kalatozov"},
        }
        assert film in app.get("/movies/").json()

    def test_missing_fields_are_empty_or_null_or_unknown(
        self, cinema: Cinema, app: httpx.Client
    ) -> None:
        film = app.get(f"/movies/{cinema.films['Nobody Knows When']}").json()
        assert (film["trailer"], film["year"], film["rating"]) == ("", None, None)
        assert film["description"] == ""
        for kind in ("genre", "director"):
            assert film[kind] == {"id": film[f"{kind}_id"], "name": "Unknown"}
            assert app.get(f"/{kind}s/{film[f'{kind}_id']}").json() == film[kind]

    def test_all_films_are_listed_by_id_without_a_page(self, app: httpx.Client) -> None:
        response = app.get("/movies/")
        assert titles(response) == VISIBLE
        assert response.headers["x-total-count"] == str(len(VISIBLE))
        assert "link" not in response.headers

    @pytest.mark.parametrize(
        ("page", "expected"),
        [(1, VISIBLE[:12]), (2, VISIBLE[12:]), (3, []), (10**6, []), (2**53 - 1, [])],
    )
    def test_page_has_twelve_films(self, app: httpx.Client, page: int, expected: list[str]) -> None:
        response = app.get("/movies/", params={"page": page})
        assert titles(response) == expected
        assert response.headers["x-total-count"] == str(len(VISIBLE))

    def test_status_new_lists_the_newest_first(self, app: httpx.Client) -> None:
        expected = [film.title for film in NEWEST]
        assert titles(app.get("/movies/?status=new")) == expected
        assert titles(app.get("/movies/?status=new&page=1")) == expected[:12]
        assert titles(app.get("/movies/?page=2&status=new")) == expected[12:]

    @pytest.mark.parametrize("status", ["", "old", "NEW", "new "])
    def test_any_other_status_orders_by_id(self, app: httpx.Client, status: str) -> None:
        assert titles(app.get("/movies/", params={"status": status})) == VISIBLE

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"year": 1979}, ["Stalker", "Alien"]),
            ({"year": 1979, "status": "new"}, ["Alien", "Stalker"]),
            ({"year": 1979, "director_id": "Ridley Scott"}, ["Alien"]),
            ({"director_id": "Lilly Wachowski"}, ["The Matrix"]),
            ({"genre_id": "Horror"}, ["Alien"]),
            ({"genre_id": "War"}, ["The Cranes Are Flying", "Ran"]),
            ({"genre_id": "War", "status": "new"}, ["Ran", "The Cranes Are Flying"]),
            ({"genre_id": "War", "page": 2}, []),
            ({"genre_id": 999_999}, []),
            ({"director_id": 2**53 - 1}, []),
            ({"year": -1}, []),
            ({"year": 10**9}, []),
        ],
        ids=str,
    )
    def test_filters_select_films(
        self, cinema: Cinema, app: httpx.Client, query: dict[str, str | int], expected: list[str]
    ) -> None:
        ids = cinema.genres | cinema.directors
        parameters = {name: ids.get(str(value), value) for name, value in query.items()}
        response = app.get("/movies/", params=parameters)
        assert titles(response) == expected
        if "page" not in query:
            assert response.headers["x-total-count"] == str(len(expected))

    @pytest.mark.parametrize("film_id", ["0", "999999", str(2**53), str(2**63), "9" * 400, "00000"])
    def test_unknown_film_is_404(self, app: httpx.Client, film_id: str) -> None:
        response = app.get(f"/movies/{film_id}")
        assert (response.status_code, response.json()) == (
            404,
            {"message": "film not found"},
        )

    @pytest.mark.parametrize("path", ["/movies/-1", "/movies/1.5", "/movies/one", "/movies/1/2"])
    def test_malformed_film_id_is_404(self, app: httpx.Client, path: str) -> None:
        assert app.get(path).status_code == 404

    def test_labelled_film_looks_like_an_unknown_one(
        self, cinema: Cinema, app: httpx.Client
    ) -> None:
        labelled = app.get(f"/movies/{cinema.films['Zanzibar Nights']}")
        unknown = app.get("/movies/999999")
        assert (labelled.status_code, labelled.content) == (unknown.status_code, unknown.content)


class TestGenresAndDirectors:
    """GET /genres/, /genres/{id}, /directors/, /directors/{id}"""

    @pytest.mark.parametrize(
        ("path", "labelled"),
        [
            ("/genres/", {"Documentary", "Erotic"}),
            ("/directors/", {"Dziga Vertov", "Zoe Hidden"}),
        ],
    )
    def test_list_is_ordered_by_id_and_leaves_out_invisible_ones(
        self, cinema: Cinema, app: httpx.Client, path: str, labelled: set[str]
    ) -> None:
        every = cinema.genres if path == "/genres/" else cinema.directors
        visible = sorted((i, name) for name, i in every.items() if name not in labelled)
        expected = [{"id": i, "name": name} for i, name in visible]
        response = app.get(path)
        assert response.json() == expected
        assert response.headers["x-total-count"] == str(len(expected))
        pages = [app.get(path, params={"page": number}) for number in (1, 2, 3)]
        assert [item for page in pages for item in page.json()] == expected
        assert len(pages[0].json()) == min(12, len(expected))

    @pytest.mark.parametrize("kind", ["genre", "director"])
    @pytest.mark.parametrize("which", ["0", "999999", str(2**63), "labelled"])
    def test_unknown_or_invisible_id_is_404(
        self, cinema: Cinema, app: httpx.Client, kind: str, which: str
    ) -> None:
        labelled = {"genre": cinema.genres["Erotic"], "director": cinema.directors["Zoe Hidden"]}
        item_id = labelled[kind] if which == "labelled" else which
        response = app.get(f"/{kind}s/{item_id}")
        assert response.status_code == 404
        assert response.json() == {"message": f"{kind} not found"}

    def test_single_one_is_returned_by_id(self, cinema: Cinema, app: httpx.Client) -> None:
        drama, lang = cinema.genres["Drama"], cinema.directors["Fritz Lang"]
        assert app.get(f"/genres/{drama}").json() == {"id": drama, "name": "Drama"}
        assert app.get(f"/directors/{lang}/").json() == {"id": lang, "name": "Fritz Lang"}


class TestLinkHeader:
    """The header Link (RFC 8288)."""

    @pytest.mark.parametrize(
        ("page", "neighbours"),
        [
            (1, {"first": 1, "next": 2, "last": 2}),
            (2, {"first": 1, "prev": 1, "last": 2}),
            (3, {"first": 1, "prev": 2, "last": 2}),
            (70, {"first": 1, "prev": 2, "last": 2}),
        ],
    )
    def test_page_links_to_its_neighbours(
        self, app: httpx.Client, page: int, neighbours: dict[str, int]
    ) -> None:
        found = links(app.get("/movies/", params={"page": page}))
        assert found == {name: f"/movies/?page={number}" for name, number in neighbours.items()}

    def test_empty_list_links_to_its_only_page(self, app: httpx.Client) -> None:
        found = links(app.get("/movies/?year=1&page=1"))
        assert found == dict.fromkeys(("first", "last"), "/movies/?year=1&page=1")

    def test_links_keep_the_known_query_parameters(self, app: httpx.Client) -> None:
        response = app.get("/movies?status=new&genre_id=1&year=1999&x=unknown&page=2")
        address = links(response)["first"]
        assert address == "/movies?status=new&genre_id=1&year=1999&page=1"

    def test_next_links_lead_through_the_whole_list(self, app: httpx.Client) -> None:
        response, listed = app.get("/movies/?page=1&status=new"), []
        while True:
            listed += titles(response)
            if "next" not in links(response):
                break
            response = app.get(links(response)["next"])
        assert listed == [film.title for film in NEWEST]


@pytest.mark.parametrize("path", [*LISTS, "/movies/1", "/genres/1"])
def test_head_has_the_headers_of_get(app: httpx.Client, path: str) -> None:
    got, head = app.get(path), app.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    for name in ("content-type", "content-length", "x-total-count", "etag"):
        assert head.headers.get(name) == got.headers.get(name)


@pytest.mark.parametrize("path", ["/movies", "/movies/1", "/genres", "/directors/1"])
def test_trailing_slash_is_ignored(app: httpx.Client, path: str) -> None:
    assert app.get(path).content == app.get(f"{path}/").content


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_catalogue_cannot_be_changed(app: httpx.Client, method: str) -> None:
    def check(path: str) -> None:
        response = app.request(method, path)
        assert response.status_code == 405
        assert response.headers["allow"] == "GET, HEAD, OPTIONS"

    check_each(named([*LISTS, "/movies/1", "/directors/1"]), check)


PAGES = ["", "0", "-1", "one", "1.5", " 1", "%00", "%ff", "null", str(2**53), "9" * 4301, "1e400"]


@pytest.mark.parametrize("path", [*LISTS, "/favorites/movies/"])
def test_invalid_page_number_is_rejected(cinema: Cinema, path: str) -> None:
    app = cinema.member if path.startswith("/favorites") else cinema.anonymous

    def check(value: str) -> None:
        response = app.get(f"{path}?page={value}")
        assert response.status_code == 400
        assert response.json()["message"].startswith("page: ")

    check_each(named(PAGES), check)


@pytest.mark.parametrize("name", ["genre_id", "director_id", "year"])
def test_invalid_filter_value_is_rejected(app: httpx.Client, name: str) -> None:
    def check(value: str) -> None:
        response = app.get(f"/movies/?{name}={value}")
        assert response.status_code == 400
        assert response.json()["message"].startswith(f"{name}: ")

    check_each(named(["", "x", "1.5", str(2**53), "9" * 4301, "null"]), check)


@pytest.mark.parametrize("query", ["anything=1", "page=2&page=1", "page=1&x=%ff", "page=1&&"])
def test_unknown_query_parameters_are_ignored(app: httpx.Client, query: str) -> None:
    assert titles(app.get(f"/movies/?{query}"))[:12] == VISIBLE[:12]


@pytest.mark.parametrize("path", [*LISTS, "/movies/1"])
@pytest.mark.parametrize("credential", ["Bearer", "Bearer undefined", "Bearer null"])
def test_placeholder_token_is_anonymous(app: httpx.Client, path: str, credential: str) -> None:
    assert app.get(path, headers={"authorization": credential}).status_code == 200
