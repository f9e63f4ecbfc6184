"""Years, ratings, votes and runtimes are read from numbers and texts, or rejected."""

import pytest

from kinoteka.core.imports.formats.numbers import (
    is_no_value,
    is_unclear,
    rating_of,
    runtime_of,
    thousands_in,
    votes_of,
    year_of,
)
from kinoteka.core.imports.record import InvalidValue


def reason(function, *arguments):
    with pytest.raises(InvalidValue) as caught:
        function(*arguments)
    return caught.value.reason.value


@pytest.mark.parametrize(
    ("value", "year"),
    [
        (1994, 1994),
        (1994.0, 1994),
        ("1994", 1994),
        ("1994.0", 1994),
        (" 2009-12-10 ", 2009),
        ("2009-12-10T00:00:00Z", 2009),
        ("12/10/2009", 2009),
        ("10.12.2009", 2009),
        ("10 Dec 2009", 2009),
        ("December 10, 2009", 2009),
        ("1975–1979", 1975),
        ("", None),
        ("\\N", None),
        ("N/A", None),
        ("????", None),
        ("TBA", None),
        ("Summer 1988", 1988),
        (None, None),
        (1870, 1870),
        (2100, 2100),
    ],
)
def test_year_is_read_from_numbers_and_dates(value, year):
    assert year_of(value) == year


@pytest.mark.parametrize(
    "value",
    [
        *(0, 99999, 1869, 2101, -1994, 10**30, 1994.5, float("inf"), float("nan"), True, [1994]),
        *("0", "99999", "0000", "soon", "12/10/09", "9" * 5000),
    ],
)
def test_invalid_year_is_rejected(value):
    assert reason(year_of, value) == "year_invalid"


@pytest.mark.parametrize(
    ("value", "rating"),
    [
        ("8.1", 8.1),
        ("8,1", 8.1),
        (7, 7.0),
        (0, 0.0),
        (10.0, 10.0),
        ("", None),
        ("\\N", None),
        ("-", None),
    ],
)
def test_rating_is_read_from_numbers_and_texts(value, rating):
    assert rating_of(value) == rating


@pytest.mark.parametrize("value", [-0.1, 10.1, "11", "good", True, [8], "8/10", 10**400])
def test_invalid_rating_is_rejected(value):
    assert reason(rating_of, value) == "rating_invalid"


@pytest.mark.parametrize(
    ("value", "votes"),
    [
        *(("1,234,567", 1234567), ("1.234.567", 1234567), ("1 234 567", 1234567)),
        *(("1\u00a0234", 1234), ("1'234", 1234), ("12,345", 12345), ("12.345", 12345)),
        *((12, 12), ("12.0", 12), ("1234.0", 1234), (3.0, 3), ("", 0), ("NaN", 0), ("–", 0)),
    ],
)
def test_votes_are_read_from_numbers_and_texts(value, votes):
    assert votes_of(value) == votes


@pytest.mark.parametrize(
    "value", [-1, "-1", 2**31, 1.5, "inf", "many", True, [1], float("inf"), "9" * 5000]
)
def test_invalid_votes_are_rejected(value):
    assert reason(votes_of, value) == "votes_invalid"


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        *((136, 136), (136.0, 136), ("136", 136), ("136.0", 136), (" 136 min. ", 136), ("46m", 46)),
        *(("2h 16min", 136), ("2 h 16 min", 136), ("2 hours 16 minutes", 136), ("2h", 120)),
        *(("1h 30m", 90), ("PT1H45M", 105), ("PT2H", 120), ("pt94m", 94), ("1:52", 112)),
        *(("1 ч 30 мин", 90), ("94 мин.", 94), ("TBA", None)),
        *(("2:16:00", 136), ("1", 1), (60_000, 60_000), ("51420", 51_420)),
        *((0, None), ("0", None), ("0.0", None), ("", None), ("\\N", None), (None, None)),
    ],
)
def test_runtime_is_read_in_minutes(value, minutes):
    assert runtime_of(value) == minutes


@pytest.mark.parametrize(
    "value",
    [-1, 60_001, 1.5, "1.5", "2:76", "PT", "long", "min", True, [1], float("nan"), "9" * 5000],
)
def test_invalid_runtime_is_rejected(value):
    assert reason(runtime_of, value) == "number_invalid"


@pytest.mark.parametrize("value", ["1.000", "1,000", "12,000"])
def test_votes_that_may_be_thousands_or_decimals_are_rejected(value):
    assert reason(votes_of, value) == "votes_invalid"


def test_named_separator_decides_what_votes_mean():
    assert votes_of("1.000", ".") == 1000
    assert votes_of("1,000", ",") == 1000
    assert votes_of("1,000", ".") == 1


def test_separator_of_thousands_is_recognised_if_only_one_reading_is_possible():
    assert [thousands_in(text) for text in ("12,345", "1.234.567", "1.000", "12", "1.5")] == [
        *(",", ".", None, None, None)
    ]


@pytest.mark.parametrize(
    ("value", "scale", "rating"), [("4,5", 5, 9.0), (87, 100, 8.7), (5, 5, 10)]
)
def test_rating_of_another_scale_is_converted(value, scale, rating):
    assert rating_of(value, scale) == rating


def test_rating_above_its_scale_is_rejected():
    assert reason(rating_of, "5.5", 5) == "rating_invalid"


@pytest.mark.parametrize("value", ["\\N", "N/A", "NaN", "null", "-", "–", "????", "TBA", " ", None])
def test_text_for_no_value_is_recognised(value):
    assert is_no_value(value)


@pytest.mark.parametrize("value", ["0", 0, "No", "M", "Nana"])
def test_value_is_not_taken_for_no_value(value):
    assert not is_no_value(value)


def test_grouped_number_that_ends_in_zeros_has_two_meanings():
    assert is_unclear("1.000")
    assert not is_unclear("1.234")
    assert not is_unclear("1000")
