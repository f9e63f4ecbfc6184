"""Access labels hold everywhere: for anonymous readers, members, holders and the superuser."""

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
LABELLED_TITLE = "Zanzibar Nights"
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
        "id": "labelled-1",
        "title": LABELLED_TITLE,
        "year": 2003,
        "genres": ["Documentary", "Drama"],
        "directors": ["Zoe"],
    },
]


class LabelledServer:
    """A server with two open films and a labelled one, and four readers."""

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
        self.labelled = found[LABELLED_TITLE]
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
def labelled_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelledServer]:
    folder = tmp_path_factory.mktemp("labels")
    source = folder / "films.jsonl"
    write_films(source, FILMS)
    arguments = ("import", "jsonl", str(source), "--source", "test")
    result = run_kinoteka(
        *arguments, "--label", f"{LABEL}:genre=Documentary", "--data", str(folder / "data")
    )
    assert result.returncode == 0, result.stderr
    with run_server(folder / "data", {}) as server, keep_clients_open() as retain_clients:
        labelled_server = LabelledServer(server)
        retain_clients()
        yield labelled_server


def write_films(path: Path, films: list[dict[str, object]]) -> None:
    path.write_text("\n".join(json.dumps(film) for film in films))


READERS = [("anonymous", False), ("member", False), ("holder", True), ("superuser", True)]


@pytest.fixture(params=READERS, ids=[name for name, _ in READERS])
def viewer(
    labelled_server: LabelledServer, request: pytest.FixtureRequest
) -> tuple[httpx.Client, bool]:
    name, may_see = request.param
    return getattr(labelled_server, name), may_see


def test_list_and_its_total_leave_out_the_labelled_film(viewer: tuple[httpx.Client, bool]) -> None:
    client, may_see = viewer
    for path in ("/movies/", "/movies/?page=1", "/movies/?page=1&status=new"):
        response = client.get(path)
        titles = {film["title"] for film in response.json()}
        assert (LABELLED_TITLE in titles) is may_see
        assert len(titles) == (3 if may_see else 2)
        if "page" in path:
            assert response.headers["x-total-count"] == str(len(titles))


@pytest.mark.parametrize("parameter", ["genre_id", "director_id", "year"])
def test_filters_leave_out_the_labelled_film(
    viewer: tuple[httpx.Client, bool], labelled_server: LabelledServer, parameter: str
) -> None:
    client, may_see = viewer
    value = (
        labelled_server.labelled["year"]
        if parameter == "year"
        else labelled_server.labelled[parameter]
    )
    response = client.get("/movies/", params={parameter: value, "page": 1})
    assert len(response.json()) == (1 if may_see else 0)
    assert response.headers["x-total-count"] == ("1" if may_see else "0")


@pytest.mark.parametrize("words", [LABELLED_TITLE, "zanz", "zanzibra", "za"])
def test_search_leaves_out_the_labelled_film(viewer: tuple[httpx.Client, bool], words: str) -> None:
    client, may_see = viewer
    found = [film["title"] for film in client.get("/movies/", params={"q": words}).json()]
    assert (LABELLED_TITLE in found) is may_see


def test_genres_and_directors_without_a_visible_film_do_not_exist(
    viewer: tuple[httpx.Client, bool], labelled_server: LabelledServer
) -> None:
    client, may_see = viewer
    genres = {genre["name"] for genre in client.get("/genres/").json()}
    directors = {director["name"] for director in client.get("/directors/").json()}
    assert genres == {"Drama", *(("Documentary",) if may_see else ())}
    assert directors == {"Ada", *(("Zoe",) if may_see else ())}
    for kind in ("genre", "director"):
        response = client.get(f"/{kind}s/{labelled_server.labelled[f'{kind}_id']}")
        assert response.status_code == (200 if may_see else 404)
        paged = client.get(f"/{kind}s/?page=1")
        assert paged.headers["x-total-count"] == str(2 if may_see else 1)


def test_labelled_film_and_its_poster_are_404(
    viewer: tuple[httpx.Client, bool], labelled_server: LabelledServer
) -> None:
    client, may_see = viewer
    expected = 200 if may_see else 404
    assert client.get(f"/movies/{labelled_server.labelled['id']}").status_code == expected
    assert client.get(f"/media/films/{labelled_server.labelled['id']}.svg").status_code == expected
    assert client.get(f"/media/films/{labelled_server.open['id']}.svg").status_code == 200


def test_labelled_film_looks_like_an_unknown_one(labelled_server: LabelledServer) -> None:
    labelled = labelled_server.member.get(f"/movies/{labelled_server.labelled['id']}")
    unknown = labelled_server.member.get("/movies/987654321")
    assert (labelled.status_code, labelled.content) == (unknown.status_code, unknown.content)


def test_selections_leave_out_the_labelled_film(
    viewer: tuple[httpx.Client, bool], labelled_server: LabelledServer
) -> None:
    client, may_see = viewer
    listed = client.get("/selections").json()["body"]["movie_selections"]
    one = client.get(f"/selections/{labelled_server.selection}").json()["body"]["selection"]
    for selection in (listed[0], one):
        titles = {film["title"] for film in selection["movies"]}
        assert (LABELLED_TITLE in titles) is may_see
        assert len(titles) == (3 if may_see else 2)


def test_labelled_film_cannot_be_bookmarked(
    viewer: tuple[httpx.Client, bool], labelled_server: LabelledServer
) -> None:
    client, may_see = viewer
    if client is labelled_server.anonymous:
        assert client.get("/favorites/movies/").status_code == 401
        return
    response = client.post(f"/favorites/movies/{labelled_server.labelled['id']}/")
    assert response.status_code == (201 if may_see else 404)
    found = [film["title"] for film in client.get("/favorites/movies/?page=1").json()]
    assert (LABELLED_TITLE in found) is may_see


def test_removed_permission_takes_effect_at_once(labelled_server: LabelledServer) -> None:
    client = labelled_server.server.signed_up(unique_name("once"))
    account = client.get("/users").json()["id"]
    role = {"name": unique_name("once"), "permissions": [f"films.view:{LABEL}"]}
    role_id = labelled_server.superuser.post("/api/v1/role", json=role).json()["id"]
    path = f"/api/v1/user/{account}/role/{role_id}"
    film = f"/movies/{labelled_server.labelled['id']}"
    assert labelled_server.superuser.post(path).status_code == 201
    assert client.get(film).status_code == 200
    assert client.post(f"/favorites{film}/").status_code == 201
    assert labelled_server.superuser.delete(path).status_code == 204
    assert client.get(film).status_code == 404
    assert client.get("/favorites/movies/").json() == []
    assert labelled_server.superuser.post(path).status_code == 201
    assert len(client.get("/favorites/movies/").json()) == 1


def test_role_anonymous_can_be_given_the_permission(labelled_server: LabelledServer) -> None:
    roles = {role["name"]: role for role in labelled_server.superuser.get("/api/v1/role").json()}
    path = f"/api/v1/role/{roles['anonymous']['id']}"
    for permissions, status in (([f"films.view:{LABEL}"], 200), ([], 404)):
        body = {"name": "anonymous", "permissions": permissions}
        assert labelled_server.superuser.put(path, json=body).status_code == 200
        response = labelled_server.anonymous.get(f"/movies/{labelled_server.labelled['id']}")
        assert response.status_code == status
