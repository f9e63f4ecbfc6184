"""Texts, addresses and lists of names are cleaned, or rejected."""

import pytest

from kinoteka.core.imports.formats.texts import names_of, text_of, url_of, without_entities
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


@pytest.mark.parametrize("value", ["N/A", "-", "null", "\\N"])
def test_text_for_no_value_is_no_address_and_no_name(value):
    assert url_of(value, "poster") is None
    assert names_of(value, "genres") == ()


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Am&eacute;lie &amp; Co.", "Amélie & Co."),
        ("&#1041;&#x440;&#1072;&#1090;", "Брат"),
        ("AT&T; Tom &notanentity; Jerry", "AT&T; Tom &notanentity; Jerry"),
        ("Fast &copy", "Fast &copy"),
        (7, 7),
    ],
)
def test_html_entities_are_replaced_by_their_characters(written, text):
    assert without_entities(written) == text
