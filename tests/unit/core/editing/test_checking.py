"""What somebody types about a film."""

import pytest
from msgspec.structs import asdict

from kinoteka.core.catalogue.model import FIELDS
from kinoteka.core.editing.checking import NAMES_MOST, checked
from kinoteka.core.imports.formats import values
from kinoteka.errors import Code
from tests.support.errors import raises_error


def test_texts_are_as_imports_store_them() -> None:
    typed = {
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
    lists = {"genres": ["Comedy", "Romance"], "directors": ["Jean-Pierre Jeunet"]}
    expected = values.film("id", **typed, **lists)
    found = checked(typed | names)
    for name in FIELDS:
        assert getattr(found, name) == getattr(expected, name), name


def test_nothing_but_a_title_is_needed() -> None:
    empty = dict.fromkeys(FIELDS) | {"description": "", "genres": (), "directors": ()}
    assert asdict(checked({"title": "Ran"})) == empty | {"title": "Ran"}


def test_the_built_in_name_is_as_good_as_none() -> None:
    assert checked({"title": "Ran", "genres": ("unknown",)}).genres == ()


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
        ("genres", tuple(map(str, range(NAMES_MOST + 1))), "too_many"),
        ("directors", ("a\0b",), "characters"),
    ],
)
def test_what_no_film_may_have(field: str, value: object, reason: str) -> None:
    given = {"title": "Ran", field: value}
    with raises_error(Code.FIELD_INVALID, field=field, reason=reason):
        checked(given)
