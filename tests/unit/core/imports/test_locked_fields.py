"""Imports leave the fields that operators edited as they are, on both engines."""

import msgspec
import pytest

from kinoteka.core.catalogue.counts import recount_all
from kinoteka.core.imports.fingerprints import previous_fingerprint
from kinoteka.core.imports.formats.values import film
from kinoteka.database import import_target
from kinoteka.database.film_columns import NEWEST_VERSION
from kinoteka.database.import_target import Changes
from kinoteka.database.member_tables import MEMBER_TABLES
from tests.support.databases import write_transaction

ALIEN = film("1", "Alien", year=1979, votes=5, genres=["Horror"], directors=["Ridley Scott"])
RAN = film("2", "Ran", year=1985, genres=["War"])


def changed(record, **fields):
    return msgspec.structs.replace(record, **fields)


def lock(stored, film_id, *fields):
    for field in fields:
        stored.execute(f"INSERT INTO film_locks VALUES ({film_id}, '{field}')")


def members(stored, kind, film_id):
    tables = MEMBER_TABLES[kind]
    return stored.rows(
        f"SELECT named.name FROM {tables.names} AS named JOIN {tables.links} AS member"
        f" ON member.{tables.column} = named.id WHERE member.film_id = ? AND {tables.condition}"
        " ORDER BY member.position",
        film_id,
    )


def counts(stored, *, anew=False):
    if anew:
        with write_transaction(stored.settings) as reader:
            recount_all(reader)
    return [
        stored.rows(f"SELECT * FROM {kind}_counts ORDER BY 1, 2") for kind in ("genre", "director")
    ]


class TestLockedField:
    def test_locked_field_stays_and_the_others_follow_the_data_set(self, stored):
        stored.run([ALIEN, RAN])
        stored.execute("UPDATE films SET title = 'Mine', year = 1980 WHERE id = 1")
        lock(stored, 1, "title")
        stored.run([changed(ALIEN, votes=6, rating=8.5, title="Aliens"), RAN])
        row = stored.rows("SELECT title, year, votes, rating FROM films WHERE id = 1")
        assert row == [("Mine", 1979, 6, 8.5)]
        assert stored.changes == Changes(0, 1, 1)

    def test_every_field_can_be_locked(self, stored):
        stored.run([ALIEN, RAN])
        before = stored.rows("SELECT * FROM films WHERE id = 1")
        fields = ("title", "original_title", "description", "year", "rating", "runtime_minutes")
        lock(stored, 1, *fields, "trailer", "poster", "genres", "directors")
        other = film(
            *("1", "Other", "Original", 2000, "Text", 3.0, 5, "https://t.example/"),
            *("https://p.example/", ["War"], ["Nobody"], 90),
        )
        stored.run([other, RAN])
        after = stored.rows("SELECT * FROM films WHERE id = 1")
        assert before == after
        assert members(stored, "genre", 1) == ["Horror"]
        assert members(stored, "director", 1) == ["Ridley Scott"]

    @pytest.mark.parametrize("kind", ["genre", "director"])
    def test_locked_list_keeps_its_names_and_their_order(self, stored, kind):
        names = ["B", "A", "C"]
        stored.run([changed(ALIEN, **{f"{kind}s": tuple(names)}), RAN])
        lock(stored, 1, f"{kind}s")
        stored.run([changed(ALIEN, **{f"{kind}s": ("Z", "A"), "votes": 7}), changed(RAN, votes=1)])
        assert members(stored, kind, 1) == names
        first = (
            f"SELECT name FROM {MEMBER_TABLES[kind].names}"
            f" WHERE id = (SELECT {kind}_id FROM films WHERE id = 1)"
        )
        assert stored.rows(first) == ["B"]
        assert counts(stored) == counts(stored, anew=True)

    def test_search_finds_a_locked_title_and_not_that_of_the_data_set(self, stored):
        stored.run([ALIEN, RAN])
        stored.execute("UPDATE films SET title = 'Mine' WHERE id = 1")
        lock(stored, 1, "title")
        stored.run([changed(ALIEN, votes=6), RAN])
        assert stored.found("mine") == ["Mine"]
        assert stored.found("alien") == []

    def test_locks_of_many_films_hold_across_slices(self, stored, monkeypatch):
        monkeypatch.setattr(import_target, "SLICE", 7)
        films = [film(str(n), f"Film {n}", year=2000, genres=["War"]) for n in range(40)]
        stored.run(films)
        stored.execute("UPDATE films SET title = 'Mine' WHERE id % 2 = 0")
        stored.execute("INSERT INTO film_locks SELECT id, 'title' FROM films WHERE id % 2 = 0")
        stored.execute("INSERT INTO film_locks SELECT id, 'genres' FROM films WHERE id % 3 = 0")
        stored.run([changed(each, votes=1, genres=("Drama",)) for each in films])
        for film_id, title, votes in stored.rows("SELECT id, title, votes FROM films"):
            expected = "Mine" if film_id % 2 == 0 else f"Film {film_id - 1}"
            assert (title, votes) == (expected, 1)
            genre = "War" if film_id % 3 == 0 else "Drama"
            assert members(stored, "genre", film_id) == [genre]

    def test_unlocked_film_is_restored_by_a_row_that_has_not_changed(self, stored):
        stored.run([ALIEN, RAN])
        stored.execute("UPDATE films SET title = 'Mine' WHERE id = 1")
        stored.execute("UPDATE film_values SET fingerprint_version = 0 WHERE film_id = 1")
        stored.run([ALIEN, RAN])
        assert stored.titles() == ["Alien", "Ran"]
        assert stored.changes == Changes(0, 1, 1)
        stored.run([ALIEN, RAN])
        assert stored.changes == Changes(0, 0, 2)


class TestFilmsOfThePreviousVersion:
    """Their fingerprints do not cover ids of other kinds, titles, countries and credits."""

    @pytest.fixture
    def previous(self, stored):
        stored.run([ALIEN, RAN])
        for film_id, record in ((1, ALIEN), (2, RAN)):
            stored.execute(
                f"UPDATE film_values SET fingerprint_version = {NEWEST_VERSION - 1},"
                f" fingerprint = {previous_fingerprint(record)} WHERE film_id = {film_id}"
            )
        return stored

    def test_films_get_the_newest_version_alone_when_their_rows_are_the_same(self, previous):
        previous.execute("UPDATE films SET title = 'Edited before locks' WHERE id = 1")
        previous.run([ALIEN, RAN])
        assert previous.titles() == ["Edited before locks", "Ran"]
        assert previous.changes == Changes(0, 0, 2)
        assert previous.rows("SELECT DISTINCT fingerprint_version FROM film_values") == [
            NEWEST_VERSION
        ]

    def test_row_with_values_of_a_new_list_is_stored_whole(self, previous):
        previous.execute("UPDATE films SET title = 'Edited before locks' WHERE id = 1")
        previous.run([changed(ALIEN, countries=("GB",)), RAN])
        assert previous.titles() == ["Alien", "Ran"]
        assert previous.changes == Changes(0, 1, 1)

    def test_next_import_finds_them_unchanged(self, previous):
        films = [changed(ALIEN, countries=("GB",)), RAN]
        previous.run(films)
        previous.run(films)
        assert previous.changes == Changes(0, 0, 2)

    def test_changed_row_is_stored_whole(self, previous):
        previous.execute("UPDATE films SET title = 'Edited before locks' WHERE id = 1")
        previous.run([changed(ALIEN, runtime_minutes=117, votes=9), RAN])
        assert previous.titles() == ["Alien", "Ran"]
        assert previous.changes == Changes(0, 1, 1)

    def test_film_with_a_new_label_and_a_new_list_is_counted_once(self, previous):
        film_ = changed(ALIEN, countries=("GB",), label="premium")
        previous.run([film_, RAN], labels=["premium"])
        assert previous.changes == Changes(0, 1, 1)
        rows = previous.rows("SELECT label_id IS NULL FROM films ORDER BY id")
        assert [bool(is_open) for is_open in rows] == [False, True]

    def test_film_with_a_new_label_alone_is_counted_once(self, previous):
        previous.run([changed(ALIEN, label="premium"), RAN], labels=["premium"])
        assert previous.changes == Changes(0, 1, 1)
