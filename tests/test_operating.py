"""The first start: a demo catalogue, loaded once."""

import json
import sqlite3
from contextlib import closing

import pytest

from kinoteka import demo
from kinoteka.core.imports.service import ImportFailed
from kinoteka.operating import load_demo
from running import kinoteka, run_server

FILMS = [json.loads(line) for line in demo.films_path().read_text(encoding="utf-8").splitlines()]
SELECTIONS = json.loads(demo.selections_path().read_text(encoding="utf-8"))


@pytest.fixture
def started_once(tmp_path):
    """The data folder of a server that has been started and stopped."""
    with run_server(tmp_path, {}, "--port", "0"):
        pass
    return tmp_path


def rows(folder, sql):
    with closing(sqlite3.connect(folder / "kinoteka.db")) as connection, connection:
        return connection.execute(sql).fetchall()


def test_the_first_start_loads_the_demo_whole(started_once):
    assert rows(started_once, "SELECT count(*) FROM films WHERE source = 'demo'") == [(len(FILMS),)]
    sql = "SELECT title FROM selections WHERE featured AND public ORDER BY id DESC"
    assert [title for (title,) in rows(started_once, sql)] == [each["title"] for each in SELECTIONS]
    (members,) = rows(started_once, "SELECT count(*) FROM selection_films")
    assert members == (sum(len(each["films"]) for each in SELECTIONS),)


def test_it_is_there_to_be_seen(started_once):
    with run_server(started_once, {}, "--port", "0") as server:
        client = server.client()
        newest = client.get("/movies/?page=1&status=new").json()
        assert newest[0]["year"] == max(film["year"] for film in FILMS)
        assert client.get("/movies/?q=brat").json()[0]["title"] == "Brother"


def test_a_later_start_leaves_alone_what_was_changed(started_once):
    rows(started_once, "DELETE FROM films WHERE title = 'Metropolis'")
    rows(started_once, "DELETE FROM selections")
    with run_server(started_once, {}, "--port", "0"):
        pass
    assert rows(started_once, "SELECT count(*) FROM films") == [(len(FILMS) - 1,)]
    assert rows(started_once, "SELECT count(*) FROM selections") == [(0,)]


def test_an_empty_catalogue_stays_empty(tmp_path):
    for options in (("--no-demo",), ("--port", "0")):
        with run_server(tmp_path, {}, *options) as server:
            assert server.client().get("/movies/?page=1").json() == []


def test_the_demo_is_not_added_to_an_imported_catalogue(tmp_path):
    (tmp_path / "films.csv").write_text("title\nAlien\n")
    kinoteka("import", "csv", str(tmp_path / "films.csv"), "--data", str(tmp_path))
    with run_server(tmp_path, {}, "--port", "0"):
        pass
    assert rows(tmp_path, "SELECT title FROM films") == [("Alien",)]


def test_it_is_loaded_with_its_selections_or_not_at_all(settings):
    rows(settings.data, "DROP TABLE selection_films")
    with pytest.raises(ImportFailed):
        load_demo(settings)
    assert rows(settings.data, "SELECT count(*) FROM films") == [(0,)]
