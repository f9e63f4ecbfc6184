"""Addresses of pages of films."""

import msgspec
import pytest

from kinoteka.errors import Code
from kinoteka.site.films.schemas import FilmsQuery, SearchQuery, address, film_query, pattern
from tests.support.errors import raises_error


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (FilmsQuery(), "/films"),
        (FilmsQuery(page=3), "/films?page=3"),
        (FilmsQuery(genre=2, rating=7.0, sort="rating"), "/films?sort=rating&genre=2&rating=7"),
        (FilmsQuery(rating=7.5, label="", by=""), "/films?rating=7.5"),
        (FilmsQuery(label="a&b"), "/films?label=a%26b"),
    ],
)
def test_urls_omit_default_values(query: FilmsQuery, expected: str) -> None:
    assert address("/films", query) == expected


def test_changes_replace_values_in_the_url() -> None:
    query = FilmsQuery(genre=2, year=1999, page=4)
    assert address("/films", query, page=1, genre=None) == "/films?year=1999"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (FilmsQuery(page=3), "/x?page={page}"),
        (FilmsQuery(year=1999), "/x?year=1999&page={page}"),
        (SearchQuery("{page} ü"), "/x?q=%7Bpage%7D+%C3%BC&page={page}"),
    ],
)
def test_pattern_has_a_page_placeholder(query: FilmsQuery | SearchQuery, expected: str) -> None:
    assert pattern("/x", query) == expected


def test_ratings_are_rounded_to_one_digit() -> None:
    assert film_query(FilmsQuery(rating=7.123456)).rating == 7.1
    assert film_query(FilmsQuery()).rating is None


def test_decade_and_range_of_years_are_combined() -> None:
    wanted = film_query(FilmsQuery(decade=1970, since=1975, until=1990))
    assert (wanted.year_from, wanted.year_to) == (1975, 1979)
    wanted = film_query(FilmsQuery(decade=1970))
    assert (wanted.year_from, wanted.year_to) == (1970, 1979)


@pytest.mark.parametrize(
    ("runtime", "minutes"),
    [("90-120", (90, 120)), ("-90", (None, 90)), ("150-", (150, None)), (None, (None, None))],
)
def test_runtime_is_a_range_of_minutes(runtime: str, minutes: tuple[int | None, ...]) -> None:
    wanted = film_query(FilmsQuery(runtime=runtime))
    assert (wanted.minutes_from, wanted.minutes_to) == minutes


@pytest.mark.parametrize("query", [{"since": 1990, "until": 1980}, {"runtime": "120-90"}])
def test_range_that_ends_before_it_begins_is_rejected(query: dict[str, object]) -> None:
    with raises_error(Code.FIELD_INVALID, reason="reversed"):
        film_query(msgspec.convert(query, FilmsQuery))
