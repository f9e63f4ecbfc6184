"""Imports store people, credits, titles and countries, and know a genre by many names."""

import msgspec
import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.members import MAX_CREDITS, MAX_TITLES, extra_rows
from kinoteka.core.imports.record import Credit
from kinoteka.database.import_target import Changes

SIGOURNEY = Credit("acting", "Sigourney Weaver", "Ripley", (("imdb", "nm0000244"),))
RIDLEY = Credit("directing", "Ridley Scott", "", (("imdb", "nm0000631"),))
ALIEN = film("1", "Alien", year=1979, directors=["Ridley Scott"])
ALIEN = msgspec.structs.replace(
    ALIEN,
    credits=(RIDLEY, SIGOURNEY, Credit("writing", "Dan O'Bannon")),
    titles=(("ru", "translation", "Чужой"), ("", "alternative", "Star Beast")),
    countries=("GB", "US"),
)
CREDITS = """
SELECT film_id, department, name, role FROM credits JOIN people ON people.id = person_id
ORDER BY film_id, department, position
"""
IDS = "SELECT name, kind, value FROM person_ids JOIN people ON people.id = person_id ORDER BY value"


def changed(record, **fields):
    return msgspec.structs.replace(record, **fields)


def acted(external_id, name, *ids):
    credit = Credit("acting", name, "", ids)
    return changed(film(external_id, f"Film {external_id}"), credits=(credit,))


def lock(stored, field):
    stored.execute(f"INSERT INTO film_locks VALUES (1, '{field}')")


class TestFilm:
    def test_credits_titles_and_countries_are_stored(self, stored):
        stored.run([ALIEN])
        assert stored.rows(CREDITS) == [
            (1, 1, "Ridley Scott", None),
            (1, 2, "Dan O'Bannon", None),
            (1, 3, "Sigourney Weaver", "Ripley"),
        ]
        titles = "SELECT position, language, kind, title FROM film_titles ORDER BY position"
        assert stored.rows(titles) == [
            (0, "ru", "translation", "Чужой"),
            (1, "", "alternative", "Star Beast"),
        ]
        assert stored.rows("SELECT country FROM film_countries ORDER BY position") == ["GB", "US"]

    def test_second_import_changes_nothing(self, stored):
        stored.run([ALIEN])
        before = stored.rows(CREDITS)
        stored.run([ALIEN])
        assert stored.changes == Changes(0, 0, 1)
        assert stored.rows(CREDITS) == before

    def test_changed_film_has_its_new_values(self, stored):
        stored.run([ALIEN])
        stored.run([changed(ALIEN, credits=(RIDLEY,), titles=ALIEN.titles[:1], countries=("US",))])
        assert stored.rows("SELECT title FROM film_titles") == ["Чужой"]
        assert stored.rows("SELECT country FROM film_countries") == ["US"]

    def test_import_without_values_leaves_those_of_earlier_ones(self, stored):
        stored.run([ALIEN])
        stored.run([changed(ALIEN, credits=(), titles=(), countries=(), votes=9)])
        assert len(stored.rows(CREDITS)) == 3
        assert stored.rows("SELECT count(*) FROM film_titles") == [2]

    @pytest.mark.parametrize(
        ("field", "table"),
        [("cast", "credits"), ("titles", "film_titles"), ("countries", "film_countries")],
    )
    def test_locked_field_stays(self, stored, field, table):
        stored.run([ALIEN])
        before = stored.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
        lock(stored, field)
        other = {
            "credits": (RIDLEY, Credit("acting", "Tom Skerritt", "Dallas")),
            "titles": (("de", "translation", "Alien"),),
            "countries": ("DE",),
        }
        stored.run([changed(ALIEN, **other)])
        assert stored.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3") == before

    def test_number_of_credits_and_titles_is_limited(self):
        record = changed(
            film("1", "Long"),
            credits=tuple(Credit("acting", f"Actor {n}") for n in range(50)),
            titles=tuple(("", "alternative", f"Title {n}") for n in range(50)),
        )
        rows = extra_rows([1], [record], lambda person: int(person[0].split()[1]))
        assert (len(rows["credits"]), len(rows["other_titles"])) == (MAX_CREDITS, MAX_TITLES)

    def test_several_roles_of_a_person_are_one_credit(self, stored):
        roles = tuple(
            Credit("acting", "Alec Guinness", role) for role in ("The Duke", "The Banker")
        )
        stored.run([changed(ALIEN, credits=roles)])
        assert (1, 3, "Alec Guinness", "The Duke / The Banker") in stored.rows(CREDITS)


class TestPeople:
    def test_people_with_one_name_and_different_ids_are_different(self, stored):
        stored.run([acted("1", "Ann", ("imdb", "nm1")), acted("2", "Ann", ("imdb", "nm2"))])
        assert stored.rows(IDS) == [("Ann", "imdb", "nm1"), ("Ann", "imdb", "nm2")]
        assert stored.rows("SELECT count(*) FROM people WHERE name = 'Ann'") == [2]

    def test_person_is_found_by_an_id_whatever_the_name(self, stored):
        stored.run([acted("1", "Ann", ("imdb", "nm1")), acted("2", "Anne", ("imdb", "nm1"))])
        assert stored.rows(
            "SELECT DISTINCT name FROM credits JOIN people ON id = person_id WHERE department = 3"
        ) == ["Ann"]

    def test_known_person_without_an_id_gets_the_first_one(self, stored):
        stored.run([acted("1", "Ann")])
        known = stored.rows("SELECT id FROM people WHERE name = 'Ann'")
        stored.run([acted("2", "Ann", ("imdb", "nm1")), acted("3", "ann", ("imdb", "nm2"))])
        assert stored.rows("SELECT person_id FROM person_ids WHERE value = 'nm1'") == known
        assert stored.rows("SELECT person_id FROM person_ids WHERE value = 'nm2'") != known

    def test_person_with_an_id_of_another_kind_gets_both(self, stored):
        stored.run([acted("1", "Ann", ("imdb", "nm1"))])
        stored.run([acted("2", "Ann", ("tmdb", "5"))])
        assert stored.rows("SELECT count(DISTINCT person_id), count(*) FROM person_ids") == [(1, 2)]

    def test_director_who_also_acts_is_one_person(self, stored):
        both = (RIDLEY, Credit("acting", "Ridley Scott", "Himself", RIDLEY.ids))
        stored.run([changed(ALIEN, credits=both)])
        assert stored.rows("SELECT count(DISTINCT person_id) FROM credits") == [1]
        assert stored.rows("SELECT count(*) FROM director_counts") == [1]

    def test_actors_are_not_counted_as_directors(self, stored):
        stored.run([ALIEN])
        names = "SELECT name FROM director_counts JOIN people ON people.id = director_id"
        assert stored.rows(names) == ["Ridley Scott"]


class TestGenres:
    def test_names_of_one_genre_are_one_genre(self, stored):
        names = (["Film-Noir"], ["Film Noir", "Noir"], ["нуар"])
        stored.run([film(str(n), f"Film {n}", genres=each) for n, each in enumerate(names)])
        assert stored.rows("SELECT name FROM genres WHERE id > 1") == ["Film-Noir"]
        assert stored.rows("SELECT count(*) FROM film_genres") == [3]

    def test_alias_of_an_operator_is_known(self, stored):
        stored.run([film("1", "Alien", genres=["Horror"])])
        (horror,) = stored.rows("SELECT id FROM genres WHERE name = 'Horror'")
        stored.execute(f"INSERT INTO genre_aliases VALUES ('scary', {horror})")
        stored.run([film("2", "Ran", genres=["Horror", "Scary!"])])
        assert stored.rows("SELECT name FROM genres WHERE id > 1") == ["Horror"]
        assert stored.rows("SELECT genre_id FROM film_genres WHERE film_id = 2") == [horror]
