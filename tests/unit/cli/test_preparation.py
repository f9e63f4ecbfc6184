"""The preparation of an installation: its database and the demo catalogue."""

import json
import threading
from contextlib import contextmanager

import pytest

from kinoteka.cli.preparation import load_demo
from kinoteka.core.imports import demo
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.service import Import, ImportFailed
from tests.support.databases import database_environment, execute, rows
from tests.support.films import RECORDED_FILMS
from tests.support.polling import TIMEOUT
from tests.support.servers import run_kinoteka, run_server

FILMS = [json.loads(line) for line in demo.films_path().read_text(encoding="utf-8").splitlines()]
SELECTIONS = json.loads(demo.selections_path().read_text(encoding="utf-8"))


@contextmanager
def run_with(settings, *options):
    """Run a server with these settings and, without other options, the demo catalogue."""
    named = {"database_url": settings.database_url} if settings.database_url else {}
    with run_server(settings.data, named, *(options or ("--port", "0"))) as server:
        yield server


@pytest.fixture
def started_once(new_settings):
    """The settings of a server that was started and stopped."""
    with run_with(new_settings):
        pass
    return new_settings


def test_first_start_loads_the_complete_demo_catalogue(started_once):
    sql = f"SELECT count(*) FROM {RECORDED_FILMS} WHERE source = 'demo'"
    assert rows(started_once, sql) == [len(FILMS)]
    sql = "SELECT title FROM selections WHERE featured AND public ORDER BY id DESC"
    assert rows(started_once, sql) == [each["title"] for each in SELECTIONS]
    (members,) = rows(started_once, "SELECT count(*) FROM selection_films")
    assert members == sum(len(each["films"]) for each in SELECTIONS)


def test_demo_catalogue_is_listed_and_searchable(started_once):
    with run_with(started_once) as server:
        client = server.client()
        newest = client.get("/movies/?page=1&status=new").json()
        assert newest[0]["year"] == max(film["year"] for film in FILMS)
        assert client.get("/movies/?q=brat").json()[0]["title"] == "Brother"


def test_second_start_keeps_changes_to_the_demo_catalogue(started_once):
    execute(started_once, "DELETE FROM films WHERE title = 'Metropolis'")
    execute(started_once, "DELETE FROM selections")
    with run_with(started_once):
        pass
    assert rows(started_once, "SELECT count(*) FROM films") == [len(FILMS) - 1]
    assert rows(started_once, "SELECT count(*) FROM selections") == [0]


def test_catalogue_stays_empty_when_the_first_start_had_no_demo(new_settings):
    for options in (("--no-demo",), ("--port", "0")):
        with run_with(new_settings, *options) as server:
            assert server.client().get("/movies/?page=1").json() == []


def test_demo_is_not_added_when_films_were_imported_first(new_settings, tmp_path):
    path = tmp_path / "films.csv"
    path.write_text("title\nAlien\n")
    done = run_kinoteka(
        "import",
        "csv",
        str(path),
        "--data",
        str(new_settings.data),
        **database_environment(new_settings),
    )
    assert done.returncode == 0, done.stderr
    with run_with(new_settings):
        pass
    assert rows(new_settings, "SELECT title FROM films") == ["Alien"]


def test_demo_is_not_stored_when_its_selections_cannot_be_stored(settings):
    execute(settings, "DROP TABLE selection_films")
    with pytest.raises(ImportFailed):
        load_demo(settings)
    assert rows(settings, "SELECT count(*) FROM films") == [0]


def test_demo_is_loaded_after_another_import_has_finished(settings):
    def records():
        thread.start()
        thread.join(1)
        assert thread.is_alive()
        yield film("1", "Alien")

    thread = threading.Thread(target=load_demo, args=(settings,))
    Import("club").run(settings, [records()])
    thread.join(TIMEOUT)
    assert rows(settings, "SELECT count(*) FROM films") == [len(FILMS) + 1]
