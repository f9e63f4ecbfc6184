"""The values of a film that several sources have are chosen field by field."""

import pytest

from kinoteka.core.imports.choice import choose
from kinoteka.database.film_combining import Record

FIRST: Record = {"title": "Alien", "year": 1979, "genres": ["Horror"]}
SECOND: Record = {"title": "Чужой", "year": 1980, "runtime_minutes": 117, "directors": ["Scott"]}


def test_field_has_the_value_of_the_first_record_with_one() -> None:
    assert choose([FIRST, SECOND]) == FIRST | {"runtime_minutes": 117, "directors": ["Scott"]}
    assert choose([SECOND, FIRST]) == SECOND | {"genres": ["Horror"]}


@pytest.mark.parametrize("order", [1, -1])
def test_rating_and_votes_are_those_of_the_record_with_the_most_votes(order: int) -> None:
    records = [FIRST | {"rating": 8.0, "votes": 10}, SECOND | {"rating": 5.0, "votes": 900}, FIRST]
    chosen = choose(records[::order])
    assert (chosen["rating"], chosen["votes"]) == (5.0, 900)


def test_votes_of_one_record_are_not_combined_with_the_rating_of_another() -> None:
    chosen = choose([FIRST | {"votes": 10}, SECOND | {"rating": 5.0}])
    assert (chosen.get("rating"), chosen["votes"]) == (None, 10)


def test_rating_without_votes_is_chosen_when_no_record_has_votes() -> None:
    assert choose([FIRST, SECOND | {"rating": 5.0}])["rating"] == 5.0


def test_original_title_that_equals_the_title_is_omitted() -> None:
    assert "original_title" not in choose([FIRST, SECOND | {"original_title": "Alien"}])


def test_ids_are_those_of_all_records() -> None:
    one, other = {"ids": [["imdb", "tt1"]]}, {"ids": [["tmdb", "5"], ["imdb", "tt1"]]}
    assert choose([FIRST | one, SECOND | other])["ids"] == [["imdb", "tt1"], ["tmdb", "5"]]
