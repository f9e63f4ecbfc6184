"""The first start: a demo catalogue, loaded once."""

import json
import threading
from contextlib import contextmanager

import pytest

from kinoteka.cli.operations import load_demo
from kinoteka.core.imports import demo
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.service import Import, ImportFailed
from tests.support.databases import database_environment, execute, rows
from tests.support.polling import TIMEOUT
from tests.support.servers import run_kinoteka, run_server

FILMS = [json.loads(line) for line in demo.films_path().read_text(encoding="utf-8").splitlines()]
SELECTIONS = json.loads(demo.selections_path().read_text(encoding="utf-8"))


@contextmanager
def running(settings, *options):
    """A server on these settings; with the demo catalogue, if nothing else is said."""
    named = {"database_url": settings.database_url} if settings.database_url else {}
    with run_server(settings.data, named, *(options or ("--port", "0"))) as server:
        yield server


@pytest.fixture
def started_once(fresh):
    """The settings of a server that has been started and stopped."""
    with running(fresh):
        pass
    return fresh


def test_the_first_start_loads_the_demo_whole(started_once):
    assert rows(started_once, "SELECT count(*) FROM films WHERE source = 'demo'") == [len(FILMS)]
    sql = "SELECT title FROM selections WHERE featured AND public ORDER BY id DESC"
    assert rows(started_once, sql) == [each["title"] for each in SELECTIONS]
    (members,) = rows(started_once, "SELECT count(*) FROM selection_films")
    assert members == sum(len(each["films"]) for each in SELECTIONS)


def test_it_is_there_to_be_seen(started_once):
    with running(started_once) as server:
        client = server.client()
        newest = client.get("/movies/?page=1&status=new").json()
        assert newest[0]["year"] == max(film["year"] for film in FILMS)
        assert client.get("/movies/?q=brat").json()[0]["title"] == "Brother"


def test_a_later_start_leaves_alone_what_was_changed(started_once):
    execute(started_once, "DELETE FROM films WHERE title = 'Metropolis'")
    execute(started_once, "DELETE FROM selections")
    with running(started_once):
        pass
    assert rows(started_once, "SELECT count(*) FROM films") == [len(FILMS) - 1]
    assert rows(started_once, "SELECT count(*) FROM selections") == [0]


def test_an_empty_catalogue_stays_empty(fresh):
    for options in (("--no-demo",), ("--port", "0")):
        with running(fresh, *options) as server:
            assert server.client().get("/movies/?page=1").json() == []


def test_the_demo_is_not_added_to_an_imported_catalogue(fresh, tmp_path):
    path = tmp_path / "films.csv"
    path.write_text("title\nAlien\n")
    done = run_kinoteka(
        "import", "csv", str(path), "--data", str(fresh.data), **database_environment(fresh)
    )
    assert done.returncode == 0, done.stderr
    with running(fresh):
        pass
    assert rows(fresh, "SELECT title FROM films") == ["Alien"]


def test_it_is_loaded_with_its_selections_or_not_at_all(settings):
    execute(settings, "DROP TABLE selection_films")
    with pytest.raises(ImportFailed):
        load_demo(settings)
    assert rows(settings, "SELECT count(*) FROM films") == [0]


def test_whoever_finds_another_loading_it_waits(settings):
    def records():
        thread.start()
        thread.join(1)
        assert thread.is_alive()
        yield film("1", "Alien")

    thread = threading.Thread(target=load_demo, args=(settings,))
    Import("club").run(settings, [records()])
    thread.join(TIMEOUT)
    assert rows(settings, "SELECT count(*) FROM films") == [len(FILMS) + 1]
