"""The setting `catalogue_language` decides the language of the catalogue in every contract."""

import json
from typing import Any

import httpx
import pytest

from kinoteka.server.app import CONTRACTS
from tests.support.films import SampleFilm, fill_catalogue
from tests.support.servers import PASSWORD, RunningServer
from tests.support.translations import translate

FILM = SampleFilm(
    "The Matrix", 1999, ("Action",), ("Lana Wachowski",), original_title="The Matrix, originally"
)
NAMES = {"The Matrix": "Матрица", "Action": "Боевик", "Lana Wachowski": "Лана Вачовски"}
TITLE, GENRE, DIRECTOR = NAMES

SHOWN: dict[str, dict[str, set[str]]] = {
    "account": {},
    "authservice": {},
    "cinema": {
        "/movies/": {TITLE, GENRE, DIRECTOR},
        "/movies/?page=1": {TITLE, GENRE, DIRECTOR},
        "/movies/?page=1&q=matrix": {TITLE, GENRE, DIRECTOR},
        "/movies/{film}/": {TITLE, GENRE, DIRECTOR},
        "/genres/": {GENRE},
        "/genres/{genre}/": {GENRE},
        "/directors/": {DIRECTOR},
        "/directors/{director}/": {DIRECTOR},
        "/favorites/movies/": {TITLE, GENRE, DIRECTOR},
    },
    "filmsite": {
        "/selections": {TITLE},
        "/selections/{selection}": {TITLE},
        "/user/selections": {TITLE},
    },
    "messenger": {},
}
"""The paths of each contract with titles, genres or directors, and which of them they show."""


def _texts(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set().union(*map(_texts, value.values()))
    if isinstance(value, list):
        return set().union(*map(_texts, value))
    return {value} if isinstance(value, str) else set()


class Catalogue:
    """A server with one film, in an English catalogue with Russian translations."""

    def __init__(self, server: RunningServer) -> None:
        ids = fill_catalogue(server.settings, [FILM])
        translate(server.settings, "ru", {ids[TITLE]: NAMES[TITLE]}, **NAMES)
        server.make_superuser("root")
        self.client: httpx.Client = server.client()
        assert self.client.post("/login", json={"login": "root", "password": PASSWORD}).is_success
        self.film = ids[TITLE]
        movie = self.client.get(f"/movies/{self.film}/").json()
        self.genre, self.director = movie["genre_id"], movie["director_id"]
        token = self.client.get("/user/csrf").json()["body"]["csrf"]
        body = {"title": "Own", "public": True, "movies": [self.film]}
        made = self.client.post("/selections", json=body, headers={"csrf-token": token})
        self.selection = made.json()["body"]["selection"]["id"]
        assert self.client.post(f"/favorites/movies/{self.film}/").is_success

    def shown(self, path: str) -> set[str]:
        """Return which titles and names of the film a path shows, in either language."""
        response = self.client.get(path.format_map(vars(self)))
        assert response.status_code == 200, path
        return _texts(json.loads(response.content)) & {*NAMES, *NAMES.values()}


@pytest.mark.parametrize("language", ["", "ru"])
def test_titles_genres_and_directors_are_in_the_language(start_server, language: str) -> None:
    catalogue = Catalogue(start_server(catalogue_language=language))
    paths = {path: shown for contract in SHOWN.values() for path, shown in contract.items()}
    expected = {
        path: {NAMES[name] for name in names} if language else names
        for path, names in paths.items()
    }
    assert {path: catalogue.shown(path) for path in paths} == expected


def test_every_contract_is_in_the_table() -> None:
    assert set(SHOWN) == {contract.name for contract in CONTRACTS}
