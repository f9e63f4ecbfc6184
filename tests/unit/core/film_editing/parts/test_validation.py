"""Validation of the credits, titles, countries and ids that operators enter."""

from typing import Any

import pytest

from kinoteka.core.catalogue.parts.queries import FilmTitle
from kinoteka.core.film_editing.parts.model import EditedCredit, EditedParts
from kinoteka.core.film_editing.parts.validation import MAX_CREDITS, validate_parts
from kinoteka.errors import Code
from tests.support.errors import raises_error

NOTHING = EditedParts()
ANN = EditedCredit("acting", "Ann")


def test_parts_are_normalized_and_blank_rows_are_left_out() -> None:
    entered = {
        "cast": (EditedCredit("acting", " Ann  Lee ", " Herself "), EditedCredit("acting", " ")),
        "titles": (FilmTitle("RU", "translation", " Зеркало "), FilmTitle("", "original", "")),
        "countries": ("SU", "", "Франция", "FR"),
        "ids": (("imdb", "https://www.imdb.com/title/tt0072443/"), ("wikidata", "Q3")),
    }
    assert validate_parts(entered, NOTHING) == EditedParts(
        cast=(EditedCredit("acting", "Ann Lee", "Herself"),),
        titles=(FilmTitle("ru", "translation", "Зеркало"),),
        countries=("SU", "FR"),
        ids=(("imdb", "tt0072443"), ("wikidata", "Q3")),
    )


def test_parts_that_are_not_entered_stay_as_they_are() -> None:
    before = EditedParts(cast=(ANN,), countries=("FR",))
    assert validate_parts({"countries": ()}, before) == EditedParts(cast=(ANN,))


def test_credits_are_grouped_by_department_in_their_order() -> None:
    entered = tuple(
        EditedCredit(department, name)
        for department, name in (("acting", "B"), ("writing", "C"), ("acting", "A"))
    )
    assert [each.person for each in validate_parts({"cast": entered}, NOTHING).cast] == [*"CBA"]


@pytest.mark.parametrize(
    ("part", "value", "field", "reason"),
    [
        ("cast", (EditedCredit("acting", "", "Hero"),), "cast", "person_missing"),
        ("cast", (EditedCredit("directing", "Ann"),), "cast", "malformed"),
        ("cast", (EditedCredit("acting", "x" * 201),), "cast", "too_long"),
        ("cast", (EditedCredit("acting", "Ann", "x" * 301),), "cast", "too_long"),
        ("cast", (EditedCredit("acting", "A\0nn"),), "cast", "characters"),
        ("cast", (EditedCredit("acting", "A\ud800"),), "cast", "characters"),
        ("cast", (ANN,) * (MAX_CREDITS + 1), "cast", "too_many"),
        ("titles", (FilmTitle("русский", "original", "Z"),), "titles", "language"),
        ("titles", (FilmTitle("ru", "nickname", "Z"),), "titles", "malformed"),
        ("titles", (FilmTitle("ru", "original", "\u3164"),), "titles", "invisible"),
        ("countries", ("Atlantis",), "countries", "malformed"),
        ("ids", (("imdb", "nm1"),), "imdb", "id_malformed"),
        ("ids", (("letterboxd", "ran"),), "ids", "malformed"),
        ("ids", tuple(("tmdb", str(each)) for each in range(1, 7)), "tmdb", "too_many"),
    ],
)
def test_invalid_part_is_rejected_at_its_field(
    part: str, value: Any, field: str, reason: str
) -> None:
    with raises_error(Code.FIELD_INVALID, field=field, reason=reason):
        validate_parts({part: value}, NOTHING)
