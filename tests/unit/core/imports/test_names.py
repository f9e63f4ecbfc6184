"""Which spellings of a name are one name."""

import pytest

from kinoteka.core.imports.names import UNKNOWN, name_key


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
def test_case_composition_and_spaces_are_no_difference(name, same):
    assert name_key(name) == name_key(same)


@pytest.mark.parametrize(
    ("name", "other"),
    [("Drama", "Dramas"), ("Amélie", "Amelie"), ("Й", "И"), ("Sci-Fi", "Sci Fi")],
)
def test_accents_and_signs_are_one(name, other):
    assert name_key(name) != name_key(other)


def test_the_unknown_has_the_key_under_which_the_first_migration_put_it():
    assert name_key(UNKNOWN) == "unknown"
