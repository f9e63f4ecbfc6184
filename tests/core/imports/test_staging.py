"""Staging: films laid out in a file of their own, in constant memory."""

import sqlite3
from contextlib import closing

import msgspec
import pytest

from kinoteka.core.imports import staging
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.staging import Staging, fingerprint

ALIEN = film("1", "Alien", year=1979, genres=["Horror", "Sci-Fi"], directors=["Ridley Scott"])
MIRROR = film("2", "Mirror", year=1975, directors=["Andrei Tarkovsky"])

LISTS = """
SELECT films.title, group_concat(named.name, '+')
FROM films JOIN {kind}_lists AS lists ON lists.list = films.{kind}_list
JOIN {kind}s AS named USING (number)
GROUP BY films.position ORDER BY films.position, place
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "films.staging"


def staged(path, sql):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def names(path, kind):
    return dict(staged(path, LISTS.format(kind=kind)))


def test_films_are_laid_out_with_their_lists(path):
    with Staging(path) as into:
        into.add(ALIEN)
        into.add(MIRROR)
        assert into.finish() == 0
        assert staged(path, "SELECT external_id, title, year FROM films") == [
            ("1", "Alien", 1979),
            ("2", "Mirror", 1975),
        ]
        assert names(path, "genre") == {"Alien": "Horror+Sci-Fi", "Mirror": "Unknown"}
        assert names(path, "director") == {"Alien": "Ridley Scott", "Mirror": "Andrei Tarkovsky"}


def test_the_file_goes_with_the_staging_and_one_left_behind_is_in_nobodys_way(path):
    path.write_bytes(b"left behind by a killed import")
    with Staging(path) as into:
        into.add(ALIEN)
    assert not path.exists()


def test_of_films_that_share_an_id_the_last_stays(path):
    with Staging(path) as into:
        for title in ("First", "Second", "Third"):
            into.add(film("7", title))
        into.add(MIRROR)
        assert into.finish() == 2
        assert staged(path, "SELECT title FROM films") == [("Third",), ("Mirror",)]


def test_spellings_of_a_name_within_a_film_are_one(path):
    with Staging(path) as into:
        into.add(film("1", "Alien", genres=["Horror", "HORROR", "Sci-Fi"]))
        into.finish()
        assert staged(path, "SELECT count(*) FROM genre_lists") == [(2,)]


@pytest.mark.parametrize("batch", [1, 2, 5_000])
def test_nothing_stays_that_came_after_a_mark(path, batch, monkeypatch):
    monkeypatch.setattr(staging, "BATCH", batch)
    with Staging(path) as into:
        into.add(MIRROR)
        mark = into.mark()
        into.add(ALIEN)
        into.add(film("3", "Ran", genres=["War"]))
        into.back_to(mark)
        into.add(film("4", "Gravity", genres=["Sci-Fi"]))
        into.finish()
        assert names(path, "genre") == {"Mirror": "Unknown", "Gravity": "Sci-Fi"}
        kept = staged(path, "SELECT name FROM genres UNION SELECT name FROM directors")
        assert sorted(kept) == [("Andrei Tarkovsky",), ("Sci-Fi",), ("Unknown",)]


def test_forgotten_lists_are_staged_again(path, monkeypatch):
    monkeypatch.setattr(staging, "BATCH", 2)
    monkeypatch.setattr(staging, "MOST_KEPT_LISTS", 3)
    films = [film(str(n), f"Film {n}", genres=[f"Genre {n % 5}"]) for n in range(40)]
    with Staging(path) as into:
        for each in films:
            into.add(each)
        into.finish()
        assert names(path, "genre") == {each.title: each.genres[0] for each in films}


class TestFingerprint:
    @pytest.mark.parametrize(
        "change",
        [
            {"title": "Aliens"},
            {"year": None},
            {"rating": 8.5},
            {"votes": 1},
            {"genres": ("Sci-Fi", "Horror")},
            {"directors": ()},
            {"poster": "https://example.org/p.jpg"},
        ],
    )
    def test_tells_a_changed_film(self, change):
        assert fingerprint(msgspec.structs.replace(ALIEN, **change)) != fingerprint(ALIEN)

    def test_leaves_the_label_out(self):
        assert fingerprint(msgspec.structs.replace(ALIEN, label="premium")) == fingerprint(ALIEN)

    def test_is_the_same_in_every_process(self):
        assert fingerprint(MIRROR) == fingerprint(
            film("2", "Mirror", year="1975", directors="Andrei Tarkovsky")
        )
