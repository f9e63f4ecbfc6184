"""First and repeated imports into a catalogue."""

import msgspec
import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.database import import_target
from kinoteka.database.import_target import Changes
from kinoteka.database.member_tables import MEMBER_TABLES
from tests.support.films import RECORDED_FILMS

ALIEN = film("1", "Alien", year=1979, genres=["Horror", "Sci-Fi"], directors=["Ridley Scott"])
MIRROR = film("2", "Mirror", "Зеркало", year=1975, directors=["Andrei Tarkovsky"], votes=9)
RAN = film("3", "Ran", year=1985, genres=["War"], directors=["Akira Kurosawa"])

COUNTS = """
SELECT name, label_id, films FROM {kind}_counts JOIN {names} ON id = {kind}_id ORDER BY 1, 2
"""


def labelled(film, label):
    return msgspec.structs.replace(film, label=label)


def labels(stored):
    sql = "SELECT title, labels.name FROM films LEFT JOIN labels ON labels.id = label_id"
    return dict(stored.rows(sql))


def revision(stored, name):
    return stored.rows("SELECT value FROM revisions WHERE name = ?", name)[0]


def counts(stored, kind):
    return stored.rows(COUNTS.format(kind=kind, names=MEMBER_TABLES[kind].names))


class TestFirstImport:
    def test_every_field_is_stored(self, stored):
        whole = film(
            "7",
            "Brother",
            "Брат",
            1997,
            "Danila comes to town.",
            8.0,
            31_000,
            "https://example.org/trailer",
            "https://example.org/poster.jpg",
        )
        stored.run([whole])
        sql = (
            "SELECT source, external_id, title, original_title, year, description"
            f" FROM {RECORDED_FILMS}"
        )
        assert stored.rows(sql) == [("club", "7", "Brother", "Брат", 1997, "Danila comes to town.")]
        assert stored.rows("SELECT rating, votes, trailer, poster, label_id FROM films") == [
            (8.0, 31_000, "https://example.org/trailer", "https://example.org/poster.jpg", None)
        ]

    def test_film_has_all_its_genres_and_directors_in_order(self, stored):
        stored.run([ALIEN, film("4", "Magic", genres=["Sci-Fi", "horror"])])
        sql = """
        SELECT title, genres.name, position, genres.id = films.genre_id AS is_first
        FROM film_genres JOIN genres ON genres.id = film_genres.genre_id
        JOIN films ON films.id = film_id ORDER BY film_id, position"""
        assert stored.rows(sql) == [
            ("Alien", "Horror", 0, 1),
            ("Alien", "Sci-Fi", 1, 0),
            ("Magic", "Sci-Fi", 0, 1),
            ("Magic", "Horror", 1, 0),
        ]

    def test_film_without_genres_or_directors_has_the_unknown_ones(self, stored):
        stored.run([film("1", "Alien"), film("2", "Mirror", genres=["UNKNOWN"])])
        assert stored.rows("SELECT genre_id, director_id FROM films") == [(1, 1), (1, 1)]
        assert stored.rows("SELECT name FROM genres") == ["Unknown"]

    def test_genres_and_directors_are_counted(self, stored):
        stored.run([ALIEN, labelled(RAN, "premium")], labels=["premium"])
        assert counts(stored, "genre") == [("Horror", 0, 1), ("Sci-Fi", 0, 1), ("War", 1, 1)]
        assert counts(stored, "director") == [("Akira Kurosawa", 1, 1), ("Ridley Scott", 0, 1)]

    def test_films_are_found_by_their_titles(self, stored):
        stored.run([ALIEN, MIRROR])
        assert stored.found("mirror") == stored.found("зеркало") == ["Mirror"]

    def test_ids_follow_the_order_of_the_file(self, stored, monkeypatch):
        monkeypatch.setattr(import_target, "SLICE", 3)
        films = [film(str(n), f"Film {n}") for n in range(10)]
        running = stored.run(films)
        assert stored.titles() == [each.title for each in films]
        assert stored.changes == Changes(10, 0, 0)
        assert (running.stored, running.to_store) == (10, 10)


class TestRepeatedImport:
    def test_unchanged_films_are_not_written(self, stored):
        stored.run([ALIEN, MIRROR])
        before = revision(stored, "catalogue")
        stored.run([MIRROR, ALIEN])
        assert stored.changes == Changes(0, 0, 2)
        assert revision(stored, "catalogue") == before

    def test_changed_film_keeps_its_id(self, stored):
        stored.run([ALIEN, MIRROR, RAN])
        before = revision(stored, "catalogue")
        changed = film("2", "The Mirror", year=1975, genres=["Drama"], directors=["A. Tarkovsky"])
        stored.run([ALIEN, changed, RAN])
        assert stored.changes == Changes(0, 1, 2)
        assert stored.titles() == ["Alien", "The Mirror", "Ran"]
        assert stored.rows("SELECT original_title FROM films WHERE id = 2") == [None]
        assert revision(stored, "catalogue") == before + 1

    def test_changed_film_has_only_its_new_genres_directors_and_words(self, stored):
        stored.run([ALIEN, RAN])
        stored.run([film("1", "Xenomorph", genres=["War", "Horror"], directors=["Akira Kurosawa"])])
        sql = "SELECT name FROM film_genres JOIN genres ON id = genre_id WHERE film_id = 1"
        assert stored.rows(f"{sql} ORDER BY position") == ["War", "Horror"]
        assert counts(stored, "genre") == [("Horror", 0, 1), ("War", 0, 2)]
        assert counts(stored, "director") == [("Akira Kurosawa", 0, 2)]
        assert stored.found("alien") == []
        assert stored.found("xenomorph") == ["Xenomorph"]

    def test_films_missing_from_the_file_stay(self, stored):
        stored.run([ALIEN, MIRROR])
        stored.run([RAN])
        assert stored.changes == Changes(1, 0, 0)
        assert stored.titles() == ["Alien", "Mirror", "Ran"]

    def test_same_id_in_another_source_is_another_film(self, stored):
        stored.run([ALIEN], source="imdb")
        stored.run([RAN, MIRROR], source="tmdb")
        stored.run([film("1", "Aliens", year=1986)], source="tmdb")
        assert stored.changes == Changes(1, 0, 0)
        assert stored.rows(f"SELECT source, title FROM {RECORDED_FILMS} ORDER BY id") == [
            ("imdb", "Alien"),
            ("tmdb", "Ran"),
            ("tmdb", "Mirror"),
            ("tmdb", "Aliens"),
        ]

    def test_id_of_a_deleted_film_is_not_reused(self, stored):
        stored.run([ALIEN, MIRROR])
        stored.execute("DELETE FROM films WHERE title = 'Mirror'")
        stored.run([ALIEN, MIRROR])
        assert stored.changes == Changes(1, 0, 1)
        assert stored.rows("SELECT id FROM films ORDER BY id") == [1, 3]


class TestLabels:
    @pytest.fixture
    def premium(self, stored):
        stored.run([labelled(ALIEN, "premium"), MIRROR], labels=["premium"])
        return stored

    def test_labels_are_created_and_assigned(self, premium):
        assert labels(premium) == {"Alien": "premium", "Mirror": None}

    def test_label_without_films_is_created(self, stored):
        before = revision(stored, "access")
        stored.run([MIRROR], labels=["premium"])
        assert stored.rows("SELECT name FROM labels") == ["premium"]
        assert revision(stored, "access") == before + 1

    def test_labels_do_not_change_without_rules(self, premium):
        premium.run([ALIEN, MIRROR])
        assert premium.changes == Changes(0, 0, 2)
        assert labels(premium)["Alien"] == "premium"

    def test_rules_replace_labels_that_they_name(self, premium):
        premium.run([ALIEN, labelled(MIRROR, "premium")], labels=["premium"])
        assert premium.changes == Changes(0, 2, 0)
        assert labels(premium) == {"Alien": None, "Mirror": "premium"}
        assert ("Horror", 0, 1) in counts(premium, "genre")
        assert ("Unknown", 1, 1) in counts(premium, "genre")

    def test_label_that_no_rule_names_stays(self, premium):
        premium.run([labelled(ALIEN, "adult"), labelled(MIRROR, "adult")], labels=["adult"])
        assert premium.changes == Changes(0, 1, 1)
        assert labels(premium) == {"Alien": "premium", "Mirror": "adult"}

    def test_changed_film_keeps_its_label_without_rules(self, premium):
        premium.run([film("1", "Alien", year=1980)])
        assert premium.changes == Changes(0, 1, 0)
        assert labels(premium)["Alien"] == "premium"


@pytest.mark.parametrize(
    ("films", "extras", "length"),
    [(1_000_000, 0, 20_000), (40_000, 920_000, 3_333), (1, 0, 20_000), (1, 500_000, 1), (0, 0, 1)],
)
def test_fewer_films_are_stored_at_a_time_if_they_have_many_credits(films, extras, length):
    assert import_target.films_per_slice(films, extras) == length
