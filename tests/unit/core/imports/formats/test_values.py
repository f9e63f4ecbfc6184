"""Raw values are converted into the fields of a film, or rejected."""

import pytest

from kinoteka.core.imports.formats.values import (
    Occurrences,
    film,
    names_of,
    rating_of,
    runtime_of,
    text_of,
    url_of,
    votes_of,
    year_of,
)
from kinoteka.core.imports.record import InvalidValue


def reason(function, *arguments):
    with pytest.raises(InvalidValue) as caught:
        function(*arguments)
    return caught.value.reason.value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Alien", "Alien"),
        ("  Alien \t 3\r\n", "Alien 3"),
        ("Le\u00a0Samoura\u0069\u0308", "Le Samouraï"),
        ("War\u2028and\u3000Peace", "War and Peace"),
        ("Don\x92t Look \x07Now", "Dont Look Now"),
        (1917, "1917"),
        (None, ""),
        ("", ""),
    ],
)
def test_texts_are_trimmed_single_spaced_and_composed(value, text):
    assert text_of(value, "title", 500) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("x" * 501, "too_long"),
        ("a\0b", "nul_character"),
        ("a\ud800b", "encoding_invalid"),
        (True, "type_invalid"),
        (["Alien"], "type_invalid"),
        ({"a": 1}, "type_invalid"),
    ],
)
def test_invalid_text_is_rejected(value, expected):
    assert reason(text_of, value, "title", 500) == expected


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
    [("8.1", 8.1), ("8,1", 8.1), (7, 7.0), (0, 0.0), (10.0, 10.0), ("", None), ("\\N", None)],
)
def test_rating_is_read_from_numbers_and_texts(value, rating):
    assert rating_of(value) == rating


@pytest.mark.parametrize("value", [-0.1, 10.1, "11", "NAN", "good", True, [8], "8/10", 10**400])
def test_invalid_rating_is_rejected(value):
    assert reason(rating_of, value) == "rating_invalid"


@pytest.mark.parametrize(
    ("value", "votes"), [("1,234,567", 1234567), (12, 12), ("12.0", 12), (3.0, 3), ("", 0)]
)
def test_votes_are_read_from_numbers_and_texts(value, votes):
    assert votes_of(value) == votes


@pytest.mark.parametrize(
    "value", [-1, "-1", 2**31, 1.5, "inf", "NAN", "many", True, [1], float("inf"), "9" * 5000]
)
def test_invalid_votes_are_rejected(value):
    assert reason(votes_of, value) == "votes_invalid"


@pytest.mark.parametrize(
    ("value", "minutes"),
    [
        *((136, 136), (136.0, 136), ("136", 136), ("136.0", 136), (" 136 min. ", 136), ("46m", 46)),
        *(("2h 16min", 136), ("2 h 16 min", 136), ("2 hours 16 minutes", 136), ("2h", 120)),
        *(("2:16:00", 136), ("1", 1), (60_000, 60_000), ("51420", 51_420)),
        *((0, None), ("0", None), ("0.0", None), ("", None), ("\\N", None), (None, None)),
    ],
)
def test_runtime_is_read_in_minutes(value, minutes):
    assert runtime_of(value) == minutes


@pytest.mark.parametrize(
    "value",
    [-1, 60_001, 1.5, "1.5", "2:16", "PT2H", "long", "min", True, [1], float("nan"), "9" * 5000],
)
def test_invalid_runtime_is_rejected(value):
    assert reason(runtime_of, value) == "number_invalid"


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Drama|Sci-Fi", ("Drama", "Sci-Fi")),
        ("Drama; Sci-Fi", ("Drama", "Sci-Fi")),
        ("Drama, Sci-Fi,Drama,", ("Drama", "Sci-Fi")),
        ("Downey, Robert|Kubrick, Stanley", ("Downey, Robert", "Kubrick, Stanley")),
        ('["Drama", "Sci-Fi"]', ("Drama", "Sci-Fi")),
        ('[{"id": 1, "name": " Drama "}]', ("Drama",)),
        ("[{'id': 1, 'name': 'Drama'}]", ("Drama",)),
        ("[]", ()),
        (["Drama", "", None, "Drama"], ("Drama",)),
        ([{"name": "Drama"}], ("Drama",)),
        ("\\N", ()),
        (None, ()),
    ],
)
def test_names_are_read_from_lists_and_cells(value, names):
    assert names_of(value, "genres") == names


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("[broken", "list_invalid"),
        ("[1, 2]", "list_invalid"),
        ([["Drama"]], "list_invalid"),
        ({"name": "Drama"}, "list_invalid"),
        (3, "list_invalid"),
        ("x" * 201, "too_long"),
        ("[" * 100_000, "list_invalid"),
    ],
)
def test_invalid_names_are_rejected(value, expected):
    assert reason(names_of, value, "genres") == expected


@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", "/poster.jpg", "ftp://x/y", "https://x/a b", "data:text/html,"]
)
def test_invalid_address_is_rejected(value):
    assert reason(url_of, value, "poster") == "url_invalid"


def test_http_address_is_accepted():
    assert url_of(" https://example.org/a.jpg ", "poster") == "https://example.org/a.jpg"
    assert url_of("HTTP://example.org", "poster") == "HTTP://example.org"
    assert url_of("  ", "poster") is None


def test_original_title_is_stored_only_if_it_differs():
    assert film("1", "Alien", " Alien ").original_title is None
    assert film("1", "Brother", "Брат").original_title == "Брат"


def test_film_without_a_title_is_rejected():
    assert reason(film, "1", " ") == "title_missing"
    for invisible in ("\u3164", "\u2800", "\u034f"):
        assert reason(film, "1", invisible) == "title_missing"


def test_title_year_and_occurrence_identify_a_film_without_an_id():
    occurrences = Occurrences()
    made = [
        film(None, title, year=year, occurrences=occurrences).external_id
        for title, year in [("Alien", 1979), ("ALIEN", 1979), ("Alien", None), ("Alien", 1979)]
    ]
    assert made == ["alien (1979)", "alien (1979) #2", "alien ()", "alien (1979) #3"]
