"""The first rows show the scale of ratings, separators of thousands and turned titles."""

import pytest

from kinoteka.core.imports.formats.sample import (
    are_turned,
    parse_scale,
    scale_of,
    thousands_of,
    unclear_number,
)
from kinoteka.core.imports.record import FormatError

STARS = ["4.5", "3", "5", "2.5"] * 5


def test_20_ratings_in_half_steps_up_to_5_have_the_scale_5():
    assert scale_of(STARS) == 5


@pytest.mark.parametrize(
    "ratings",
    [
        STARS[:19],
        ["3", "4", "5"] * 10,
        ["3.87", "4.12", "4.99"] * 10,
        ["4.5"] * 30,
        ["87", "64", "9"] * 3,
    ],
)
def test_scale_that_is_not_obvious_has_to_be_named(ratings):
    with pytest.raises(FormatError) as caught:
        scale_of(ratings)
    assert caught.value.code == "scale_unclear"


@pytest.mark.parametrize("ratings", [[], ["5", "4"], ["7", "5", "5", "11"], ["N/A", "good", True]])
def test_ratings_without_doubt_have_the_default_scale(ratings):
    assert scale_of(ratings) is None


def test_scale_of_the_operator_is_a_number():
    assert parse_scale(None) is None
    assert parse_scale("5") == 5
    for written in ("five", "0", "-5", "nan", "1e9"):
        with pytest.raises(FormatError) as caught:
            parse_scale(written)
        assert caught.value.code == "scale_invalid"


def test_one_separator_of_thousands_is_recognised():
    assert thousands_of(["12,345", "1,000", 7, ""]) == ","
    assert thousands_of(["12,345", "1.234"]) is None
    assert thousands_of(["1,000"]) is None


def test_titles_with_years_or_turned_articles_are_recognised():
    assert are_turned(["Alien (1979)", "Heat (1995)", "Up"])
    assert are_turned(["Matrix, The", "Godfather, The", "Alien", "Heat", "Up"])
    assert not are_turned(["Matrix, The", "The Godfather", "Alien", "Heat"])
    assert not are_turned(["Alien", "Heat"])
    assert not are_turned([])


def test_first_number_with_two_meanings_is_found():
    assert unclear_number([7, "12,345", " 1.000 ", "2.000"]) == "1.000"
    assert unclear_number(["12,345", "999"]) == ""
