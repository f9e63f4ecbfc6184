"""Validation of the fields that operators enter."""

from typing import TypedDict

import pytest
from msgspec.structs import asdict

from kinoteka.core.catalogue.model import FIELDS
from kinoteka.core.film_editing.validation import MAX_NAMES, validate
from kinoteka.core.imports.formats import values
from kinoteka.errors import Code
from tests.support.errors import raises_error


class RawTexts(TypedDict):
    title: str
    original_title: str
    description: str
    year: str
    rating: str
    runtime_minutes: str
    trailer: str
    poster: str


def test_fields_are_normalized_like_those_of_imports() -> None:
    entered: RawTexts = {
        "title": "  Le  fabuleux\tdestin ",
        "original_title": "Le fabuleux destin",
        "description": " One.\r\n\r\nTwo. ",
        "year": " 2001 ",
        "rating": "8,3",
        "runtime_minutes": " 122 min",
        "trailer": "",
        "poster": " https://posters.example/amelie.jpg ",
    }
    names = {"genres": (" Comedy", "comedy", "Romance", ""), "directors": ("Jean-Pierre Jeunet",)}
    expected = values.film(
        "id", **entered, genres=["Comedy", "Romance"], directors=["Jean-Pierre Jeunet"]
    )
    found = validate({**entered, **names})
    for name in FIELDS:
        assert getattr(found, name) == getattr(expected, name), name


def test_only_the_title_is_required() -> None:
    empty = dict.fromkeys(FIELDS) | {"description": "", "genres": (), "directors": ()}
    assert asdict(validate({"title": "Ran"})) == empty | {"title": "Ran"}


def test_built_in_name_counts_as_no_name() -> None:
    assert validate({"title": "Ran", "genres": ("unknown",)}).genres == ()


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("title", " ", "empty"),
        ("title", "\u3164", "invisible"),
        ("title", "\u2800\u2800", "invisible"),
        ("title", "x" * 501, "too_long"),
        ("title", "a\0b", "characters"),
        ("title", "a" + "\u0301" * 31, "characters"),
        ("title", "\ud800", "characters"),
        ("original_title", "x" * 501, "too_long"),
        ("description", "x" * 20_001, "too_long"),
        ("year", "0", "year"),
        ("year", 2101, "year"),
        ("year", "soon", "year"),
        ("rating", "11", "rating"),
        ("rating", "-1", "rating"),
        ("rating", "good", "rating"),
        ("runtime_minutes", "60001", "number"),
        ("runtime_minutes", "-1", "number"),
        ("runtime_minutes", "long", "number"),
        ("trailer", "javascript:alert(1)", "address"),
        ("poster", "ftp://example", "address"),
        ("poster", "https://example/" + "x" * 2000, "too_long"),
        ("genres", ("x" * 201,), "too_long"),
        ("genres", tuple(map(str, range(MAX_NAMES + 1))), "too_many"),
        ("directors", ("a\0b",), "characters"),
    ],
)
def test_invalid_field_is_rejected(field: str, value: object, reason: str) -> None:
    entered = {"title": "Ran", field: value}
    with raises_error(Code.FIELD_INVALID, field=field, reason=reason):
        validate(entered)
