"""The operator's rules give films an access label."""

import pytest

from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.label_rules import LabelRules
from kinoteka.core.imports.record import FormatError

FILM = film("1", "Alien", year=1979, rating=8.5, genres=["Horror", "Sci-Fi"])
COLUMNS = {"language": " EN ", "runtime": 117}


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        ("premium:genre=horror", True),
        ("premium:genre=Sci-Fi", True),
        ("premium:genre=Sci", False),
        ("premium:year=1979", True),
        ("premium:year=1970..1979", True),
        ("premium:year=1980..", False),
        ("premium:year=..1979", True),
        ("premium:rating=8.5..", True),
        ("premium:rating=..8.4", False),
        ("premium:rating=8..9", True),
        ("premium:column:language=en", True),
        ("premium:column:runtime=117", True),
        ("premium:column:country=US", False),
    ],
)
def test_condition_matches_the_film(rule, matches):
    assert LabelRules([rule]).apply(FILM, COLUMNS).label == ("premium" if matches else None)


def test_first_matching_rule_applies():
    rules = LabelRules(["old:year=..1950", "scary:genre=Horror", "premium:rating=8.."])
    assert rules.apply(FILM).label == "scary"


def test_film_without_year_or_rating_matches_no_range():
    plain = film("1", "Alien")
    assert LabelRules(["a:year=..2100", "b:rating=0.."]).apply(plain) is plain


def test_empty_rules_are_false():
    assert not LabelRules()
    assert LabelRules(["a:year=1994"])


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "premium",
        "premium:",
        "premium:genre",
        "premium:genre=",
        ":genre=Drama",
        "a b:genre=Drama",
        "premium:year=soon",
        "premium:year=..",
        "premium:year=1999..1990",
        "premium:year=nan",
        "premium:director=X",
        "premium:column:=x",
        "premium:column=x",
        f"{'x' * 51}:genre=Drama",
        "hidden:genre=Drama",
        " hidden :column:label=hidden",
    ],
)
def test_invalid_rule_is_rejected_and_named(rule):
    with pytest.raises(FormatError) as caught:
        LabelRules([rule])
    assert caught.value.code == "label_rule_invalid"
    assert caught.value.parameters["rule"] == rule
