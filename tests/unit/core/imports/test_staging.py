"""Staging of films beside the catalogue, in constant memory."""

import sqlite3
from contextlib import closing

import pytest

from kinoteka.core.imports import staging
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.staging import Staging
from kinoteka.database.engines import database_path
from kinoteka.database.import_target import open_import_target

ALIEN = film("1", "Alien", year=1979, genres=["Horror", "Sci-Fi"], directors=["Ridley Scott"])
MIRROR = film("2", "Mirror", year=1975, directors=["Andrei Tarkovsky"])

LISTS = """
SELECT films.title, named.name
FROM {films} AS films JOIN {lists} AS lists ON lists.list = films.{kind}_list
JOIN {names} AS named USING (number)
ORDER BY films.position, place
"""


class Staged:
    """The staging tables of one import, and their content."""

    def __init__(self, target, settings):
        self.tables = target.create_staging_tables()
        self._target, self._settings = target, settings

    def rows(self, sql, **named):
        if self._settings.database_url:
            tables = {name: f"staged_{name}" for name in TABLES}
            return [tuple(row) for row in self._target.connection.execute(sql.format(**tables))]
        path = database_path(self._settings).with_suffix(".staging")
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(sql.format(**{name: name for name in TABLES})).fetchall()

    def names(self, kind):
        """Return the names of each film, joined by +."""
        found: dict[str, str] = {}
        names, lists = f"{{{kind}s}}", f"{{{kind}_lists}}"
        for title, name in self.rows(
            LISTS.format(films="{films}", names=names, lists=lists, kind=kind)
        ):
            found[title] = f"{found[title]}+{name}" if title in found else name
        return found


TABLES = ("films", "genres", "directors", "genre_lists", "director_lists")


@pytest.fixture
def staged(settings):
    with open_import_target(settings) as target:
        yield Staged(target, settings)


def test_films_are_staged_with_their_genres_and_directors(staged):
    with Staging(staged.tables) as into:
        into.add(ALIEN)
        into.add(MIRROR)
        assert into.finish() == 0
        assert staged.rows("SELECT external_id, title, year FROM {films} ORDER BY position") == [
            ("1", "Alien", 1979),
            ("2", "Mirror", 1975),
        ]
        assert staged.names("genre") == {"Alien": "Horror+Sci-Fi", "Mirror": "Unknown"}
        assert staged.names("director") == {"Alien": "Ridley Scott", "Mirror": "Andrei Tarkovsky"}


def test_last_film_of_a_repeated_id_stays(staged):
    with Staging(staged.tables) as into:
        for title in ("First", "Second", "Third"):
            into.add(film("7", title))
        into.add(MIRROR)
        assert into.finish() == 2
        assert staged.rows("SELECT title FROM {films} ORDER BY position") == [
            ("Third",),
            ("Mirror",),
        ]


def test_spellings_of_one_name_are_merged_within_a_film(staged):
    with Staging(staged.tables) as into:
        into.add(film("1", "Alien", genres=["Horror", "HORROR", "Sci-Fi"]))
        into.finish()
        assert staged.rows("SELECT count(*) FROM {genre_lists}") == [(2,)]


@pytest.mark.parametrize("batch", [1, 2, 5_000])
def test_rollback_to_a_savepoint_deletes_later_films_and_names(staged, batch, monkeypatch):
    monkeypatch.setattr(staging, "BATCH", batch)
    with Staging(staged.tables) as into:
        into.add(MIRROR)
        savepoint = into.savepoint()
        into.add(ALIEN)
        into.add(film("3", "Ran", genres=["War"]))
        into.roll_back_to(savepoint)
        into.add(film("4", "Gravity", genres=["Sci-Fi"]))
        into.finish()
        assert staged.names("genre") == {"Mirror": "Unknown", "Gravity": "Sci-Fi"}
        kept = staged.rows("SELECT name FROM {genres} UNION SELECT name FROM {directors}")
        assert sorted(kept) == [("Andrei Tarkovsky",), ("Sci-Fi",), ("Unknown",)]


def test_lists_and_names_evicted_from_the_cache_are_staged_again(staged, monkeypatch):
    monkeypatch.setattr(staging, "BATCH", 2)
    monkeypatch.setattr(staging, "CACHED_LISTS", 4)
    monkeypatch.setattr(staging, "CACHED_NAMES", 2)
    films = [film(str(n), f"Film {n}", genres=[f"Genre {n % 5}"]) for n in range(40)]
    with Staging(staged.tables) as into:
        for each in films:
            into.add(each)
        into.finish()
        assert staged.names("genre") == {each.title: each.genres[0] for each in films}
