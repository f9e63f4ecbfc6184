"""Keys of names: which spellings are equal."""

import pytest

from kinoteka.core.imports.names import UNKNOWN, name_key, name_keys


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("Drama", "DRAMA"),
        ("Film Noir", " film  noir "),
        ("Агнешка Холланд", "АГНЕШКА ХОЛЛАНД"),
        ("Amélie", "AME\u0301LIE"),
        ("Strauß", "STRAUSS"),
        ("Ὀδυσσεύς", "ὈΔΥΣΣΕΎΣ"),
    ],
)
def test_names_differing_in_case_composition_or_spaces_have_one_key(name, same):
    assert name_key(name) == name_key(same)


@pytest.mark.parametrize(
    ("name", "other"),
    [("Drama", "Dramas"), ("Amélie", "Amelie"), ("Й", "И"), ("Sci-Fi", "Sci Fi")],
)
def test_names_differing_in_accents_or_signs_have_different_keys(name, other):
    assert name_key(name) != name_key(other)


def test_unknown_has_the_key_that_the_first_migration_stored():
    assert name_key(UNKNOWN) == "unknown"


def test_directors_have_a_sort_key_and_genres_one_of_the_vocabulary() -> None:
    assert name_keys("director", "Ólafur  D") == ("ólafur d", "olafur d")
    assert name_keys("genre", "Film-Noir") == ("film-noir", "filmnoir")
