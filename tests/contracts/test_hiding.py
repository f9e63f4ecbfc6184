"""A hidden film stays hidden until an operator shows it again."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.support.databases import execute
from tests.support.films import PREMIUM, fill_catalogue
from tests.support.polling import eventually
from tests.support.servers import PASSWORD, RunningServer

TWO_LABELS = '{"title": "Hidden One", "year": 2001, "label": "hidden"}\n'


@pytest.fixture
def server(start_server: Callable[..., RunningServer]) -> RunningServer:
    server = start_server()
    fill_catalogue(server.settings)
    server.make_superuser("root")
    return server


@pytest.fixture
def root(server: RunningServer) -> httpx.Client:
    client = server.client(sec_fetch_site="same-origin")
    response = client.post("/login", json={"login": "root", "password": PASSWORD})
    assert response.status_code == 200
    return client


class Film:
    """A film as anonymous readers see it."""

    def __init__(self, server: RunningServer, film_id: int) -> None:
        self._client = server.client()
        self._id = film_id

    def statuses(self) -> set[int]:
        paths = (f"/movies/{self._id}", f"/films/{self._id}", f"/media/films/{self._id}.svg")
        listed = [film["id"] for film in self._client.get("/movies/").json()]
        return {
            *(self._client.get(path).status_code for path in paths),
            200 if self._id in listed else 404,
        }

    def is_hidden(self) -> bool:
        return self.statuses() == {404}

    def is_visible(self) -> bool:
        return self.statuses() == {200}


def label(server: RunningServer, film_id: int, *arguments: str) -> None:
    result = server.command("label", str(film_id), *arguments)
    assert result.returncode == 0, result.stderr


def press(root: httpx.Client, film_id: int, button: str) -> None:
    assert root.post(f"/manage/films/{film_id}/{button}").status_code == 303


def test_film_keeps_its_label_when_the_audit_entry_has_expired(
    server: RunningServer, root: httpx.Client
) -> None:
    film = Film(server, 5)
    eventually(film.is_visible)
    label(server, 5, "--label", PREMIUM)
    eventually(film.is_hidden)
    press(root, 5, "hide")
    execute(server.settings, "DELETE FROM audit_entries")
    press(root, 5, "show")
    assert film.is_hidden()
    assert root.get("/movies/5").status_code == 200
    label(server, 5, "--none")
    eventually(film.is_visible)


def test_command_rejects_the_label_hidden_and_no_label_shows_a_hidden_film(
    server: RunningServer, root: httpx.Client
) -> None:
    film = Film(server, 5)
    label(server, 5, "--label", PREMIUM)
    rejected = server.command("label", "5", "--label", "hidden")
    assert (rejected.returncode, rejected.stdout) == (1, "")
    assert "'hidden' is not a label" in rejected.stderr
    press(root, 5, "hide")
    label(server, 5, "--none")
    assert film.is_hidden()
    label(server, 5, "--label", PREMIUM)
    press(root, 5, "show")
    assert film.is_hidden()


def test_import_with_the_label_hidden_is_rejected(server: RunningServer, tmp_path: Path) -> None:
    file = tmp_path / "two-labels.jsonl"
    file.write_text(TWO_LABELS)
    for arguments in (
        (),
        ("--label", "hidden:column:label=hidden"),
        ("--label", "hidden:year=2001"),
    ):
        result = server.command("import", "jsonl", str(file), *arguments)
        assert result.returncode != 0
        assert "'hidden' is not a label that an import can assign" in result.stderr
    titles = [film["title"] for film in server.client().get("/movies/").json()]
    assert "Hidden One" not in titles
