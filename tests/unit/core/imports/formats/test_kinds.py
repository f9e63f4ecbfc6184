"""Kinds of titles are read from texts and options."""

import pytest

from kinoteka.core.imports.formats.kinds import kind_of, parse_kinds
from kinoteka.core.imports.readers import FILM_KINDS, KINDS
from kinoteka.core.imports.record import FormatError


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        *(("Movie", "film"), ("tvMovie", "tv_film"), ("TV Series", "series"), ("tv", "series")),
        *(("TV Mini-Series", "miniseries"), ("episode", "episode"), ("Blu-ray", None), (7, None)),
    ],
)
def test_kind_is_read_from_a_text(text, kind):
    assert kind_of(text) == kind


def test_kinds_of_films_are_the_default():
    assert parse_kinds([]) == FILM_KINDS
    assert "series" not in FILM_KINDS


def test_named_kinds_are_read():
    assert parse_kinds(["film, series", "episode"]) == {"film", "series", "episode"}
    assert parse_kinds(["all"]) == {*KINDS}


def test_unknown_kind_is_rejected():
    with pytest.raises(FormatError) as caught:
        parse_kinds(["film,opera"])
    assert caught.value.parameters["kind"] == "opera"
