"""The values of a film that several sources have are chosen field by field."""

import pytest

from kinoteka.core.imports.choice import choose
from kinoteka.database.film_records import Record

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


def test_credits_of_each_department_are_those_of_the_first_record_with_any() -> None:
    writer, actor, other = [2, "O'Bannon", "", "", ""], [3, "Weaver", "Ripley", "", ""], [3, "Hurt"]
    chosen = choose([FIRST | {"credits": [actor]}, SECOND | {"credits": [writer, other]}])
    assert chosen["credits"] == [actor, writer]


def test_titles_are_those_of_all_records_with_the_kind_of_the_first() -> None:
    one = {"titles": [["ru", "translation", "Чужой"]]}
    other = {"titles": [["ru", "alternative", "Чужой"], ["de", "translation", "Das Wesen"]]}
    chosen = choose([FIRST | one, SECOND | other])["titles"]
    assert chosen == [["ru", "translation", "Чужой"], ["de", "translation", "Das Wesen"]]


def test_countries_are_those_of_the_first_record_with_any() -> None:
    assert choose([FIRST, SECOND | {"countries": ["GB", "US"]}])["countries"] == ["GB", "US"]
    both = [FIRST | {"countries": ["GB"]}, SECOND | {"countries": ["US"]}]
    assert choose(both)["countries"] == ["GB"]
