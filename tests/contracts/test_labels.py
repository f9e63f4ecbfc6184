"""Access labels hold everywhere alike: for nobody, a member, a holder and the superuser."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.servers import (
    PASSWORD,
    RunningServer,
    keep_clients_open,
    run_kinoteka,
    run_server,
    unique_name,
)

LABEL = "premium"
HIDDEN_TITLE = "Zanzibar Nights"
FILMS = [
    {
        "id": "open-1",
        "title": "Open Water",
        "year": 2001,
        "genres": ["Drama"],
        "directors": ["Ada"],
    },
    {"id": "open-2", "title": "Open Road", "year": 2002, "genres": ["Drama"], "directors": ["Ada"]},
    {
        "id": "hidden-1",
        "title": HIDDEN_TITLE,
        "year": 2003,
        "genres": ["Documentary", "Drama"],
        "directors": ["Zoe"],
    },
]


class World:
    """A server with two open films and one under a label, and four who look at it."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        server.make_superuser("root")
        self.superuser = server.client()
        response = self.superuser.post("/login", json={"login": "root", "password": PASSWORD})
        assert response.status_code == 200
        self.anonymous = server.client()
        self.member = server.signed_up(unique_name("member"))
        self.holder = server.signed_up(unique_name("holder"))
        self._give_label(self.holder)
        found = {film["title"]: film for film in self.superuser.get("/movies/").json()}
        self.hidden = found[HIDDEN_TITLE]
        self.open = found["Open Water"]
        self.selection = self._feature([film["id"] for film in found.values()])

    def _give_label(self, client: httpx.Client) -> None:
        role = {"name": "holders", "permissions": [f"films.view:{LABEL}"]}
        role_id = self.superuser.post("/api/v1/role", json=role).json()["id"]
        account = client.get("/users").json()["id"]
        response = self.superuser.post(f"/api/v1/user/{account}/role/{role_id}")
        assert response.status_code == 201

    def _feature(self, films: list[int]) -> int:
        token = self.superuser.get("/user/csrf").json()["body"]["csrf"]
        body = {"title": "All of them", "featured": True, "public": True, "movies": films}
        response = self.superuser.post("/selections", json=body, headers={"csrf-token": token})
        assert response.status_code == 200, response.text
        return response.json()["body"]["selection"]["id"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("labels")
    source = folder / "films.jsonl"
    write(source, FILMS)
    arguments = ("import", "jsonl", str(source), "--source", "test")
    done = run_kinoteka(
        *arguments, "--label", f"{LABEL}:genre=Documentary", "--data", str(folder / "data")
    )
    assert done.returncode == 0, done.stderr
    with run_server(folder / "data", {}) as server, keep_clients_open() as keep:
        world = World(server)
        keep()
        yield world


def write(path: Path, films: list[dict[str, object]]) -> None:
    path.write_text("\n".join(json.dumps(film) for film in films))


WHO = [("anonymous", False), ("member", False), ("holder", True), ("superuser", True)]


@pytest.fixture(params=WHO, ids=[name for name, _ in WHO])
def viewer(world: World, request: pytest.FixtureRequest) -> tuple[httpx.Client, bool]:
    name, sees = request.param
    return getattr(world, name), sees


def test_lists_and_their_totals(viewer: tuple[httpx.Client, bool]) -> None:
    client, sees = viewer
    for path in ("/movies/", "/movies/?page=1", "/movies/?page=1&status=new"):
        response = client.get(path)
        titles = {film["title"] for film in response.json()}
        assert (HIDDEN_TITLE in titles) is sees
        assert len(titles) == (3 if sees else 2)
        if "page" in path:
            assert response.headers["x-total-count"] == str(len(titles))


@pytest.mark.parametrize("which", ["genre_id", "director_id", "year"])
def test_filters(viewer: tuple[httpx.Client, bool], world: World, which: str) -> None:
    client, sees = viewer
    value = world.hidden["year"] if which == "year" else world.hidden[which]
    response = client.get("/movies/", params={which: value, "page": 1})
    assert len(response.json()) == (1 if sees else 0)
    assert response.headers["x-total-count"] == ("1" if sees else "0")


@pytest.mark.parametrize("words", [HIDDEN_TITLE, "zanz", "zanzibra", "za"])
def test_search(viewer: tuple[httpx.Client, bool], words: str) -> None:
    client, sees = viewer
    found = [film["title"] for film in client.get("/movies/", params={"q": words}).json()]
    assert (HIDDEN_TITLE in found) is sees


def test_genres_and_directors_with_nothing_visible(
    viewer: tuple[httpx.Client, bool], world: World
) -> None:
    client, sees = viewer
    genres = {genre["name"] for genre in client.get("/genres/").json()}
    directors = {director["name"] for director in client.get("/directors/").json()}
    assert genres == {"Drama", *(("Documentary",) if sees else ())}
    assert directors == {"Ada", *(("Zoe",) if sees else ())}
    for kind in ("genre", "director"):
        response = client.get(f"/{kind}s/{world.hidden[f'{kind}_id']}")
        assert response.status_code == (200 if sees else 404)
        paged = client.get(f"/{kind}s/?page=1")
        assert paged.headers["x-total-count"] == str(2 if sees else 1)


def test_the_film_and_its_picture(viewer: tuple[httpx.Client, bool], world: World) -> None:
    client, sees = viewer
    expected = 200 if sees else 404
    assert client.get(f"/movies/{world.hidden['id']}").status_code == expected
    assert client.get(f"/media/films/{world.hidden['id']}.svg").status_code == expected
    assert client.get(f"/media/films/{world.open['id']}.svg").status_code == 200


def test_a_hidden_film_looks_like_one_that_does_not_exist(world: World) -> None:
    hidden = world.member.get(f"/movies/{world.hidden['id']}")
    unknown = world.member.get("/movies/987654321")
    assert (hidden.status_code, hidden.content) == (unknown.status_code, unknown.content)


def test_selections(viewer: tuple[httpx.Client, bool], world: World) -> None:
    client, sees = viewer
    listed = client.get("/selections").json()["body"]["movie_selections"]
    one = client.get(f"/selections/{world.selection}").json()["body"]["selection"]
    for selection in (listed[0], one):
        titles = {film["title"] for film in selection["movies"]}
        assert (HIDDEN_TITLE in titles) is sees
        assert len(titles) == (3 if sees else 2)


def test_bookmarks(viewer: tuple[httpx.Client, bool], world: World) -> None:
    client, sees = viewer
    if client is world.anonymous:
        assert client.get("/favorites/movies/").status_code == 401
        return
    response = client.post(f"/favorites/movies/{world.hidden['id']}/")
    assert response.status_code == (201 if sees else 404)
    found = [film["title"] for film in client.get("/favorites/movies/?page=1").json()]
    assert (HIDDEN_TITLE in found) is sees


def test_what_is_no_longer_granted_is_hidden_at_once(world: World) -> None:
    client = world.server.signed_up(unique_name("once"))
    account = client.get("/users").json()["id"]
    role = {"name": unique_name("once"), "permissions": [f"films.view:{LABEL}"]}
    role_id = world.superuser.post("/api/v1/role", json=role).json()["id"]
    path = f"/api/v1/user/{account}/role/{role_id}"
    film = f"/movies/{world.hidden['id']}"
    assert world.superuser.post(path).status_code == 201
    assert client.get(film).status_code == 200
    assert client.post(f"/favorites{film}/").status_code == 201
    assert world.superuser.delete(path).status_code == 204
    assert client.get(film).status_code == 404
    assert client.get("/favorites/movies/").json() == []
    assert world.superuser.post(path).status_code == 201
    assert len(client.get("/favorites/movies/").json()) == 1


def test_the_anonymous_role_is_edited_like_any_other(world: World) -> None:
    roles = {role["name"]: role for role in world.superuser.get("/api/v1/role").json()}
    path = f"/api/v1/role/{roles['anonymous']['id']}"
    for permissions, status in (([f"films.view:{LABEL}"], 200), ([], 404)):
        body = {"name": "anonymous", "permissions": permissions}
        assert world.superuser.put(path, json=body).status_code == 200
        response = world.anonymous.get(f"/movies/{world.hidden['id']}")
        assert response.status_code == status
