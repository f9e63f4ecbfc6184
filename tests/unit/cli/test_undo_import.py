"""The command `kinoteka import undo`."""

import pytest
from click.testing import CliRunner, Result

from kinoteka.cli.main import cli
from tests.support.databases import database_environment, rows

FILMS = "id,title,year\n1,Alien,1979\n2,Ran,1985\n"


@pytest.fixture
def run(settings, tmp_path):
    path = tmp_path / "club.csv"

    def run_command(*arguments: str, content: str = "") -> Result:
        path.write_text(content)
        given = [str(path) if each == "club.csv" else each for each in arguments]
        runner = CliRunner(env=database_environment(settings))
        return runner.invoke(cli, ["import", *given, "--data", str(settings.data)])

    return run_command


def test_import_is_undone_by_the_number_in_its_summary(run, settings) -> None:
    added = run("csv", "club.csv", content=FILMS)
    assert "undo this import with: kinoteka import undo 1\n" in added.stdout
    changed = run("csv", "club.csv", content=FILMS.replace("1985", "1986") + "3,New,2000\n")
    assert "undo this import with: kinoteka import undo 2\n" in changed.stdout
    undone = run("undo", "2")
    assert undone.exit_code == 0
    assert undone.stdout.splitlines() == [
        "import 2 of club is undone",
        "  restored   1",
        "  removed    1",
    ]
    assert rows(settings, "SELECT title, year FROM films ORDER BY id") == [
        ("Alien", 1979),
        ("Ran", 1985),
    ]


def test_impossible_undo_is_explained(run) -> None:
    failed = run("undo", "7")
    assert failed.exit_code == 1
    assert "there is no import 7; nothing was undone" in failed.stderr
    assert run("undo", "x").exit_code == 2


def test_file_of_another_site_is_rejected_until_it_replaces_the_films(run, settings) -> None:
    run("csv", "club.csv", content=FILMS)
    other = "id,title,year\n1,Cars,2006\n2,Up,2009\n"
    failed = run("csv", "club.csv", content=other)
    assert failed.exit_code == 1
    assert "2 of 2 known films would get another title (Alien → Cars; Ran → Up)" in failed.stderr
    assert "--source NAME" in failed.stderr
    assert run("csv", "club.csv", "--replace", content=other).exit_code == 0
    assert rows(settings, "SELECT title FROM films ORDER BY id") == ["Cars", "Up"]
