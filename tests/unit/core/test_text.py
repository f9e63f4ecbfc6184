import pytest

from kinoteka.core.text import (
    clean_name,
    clean_public_text,
    clean_text,
    has_excessive_marks,
    has_visible_character,
    visible_form,
)
from kinoteka.errors import Code
from tests.support.errors import raises_error


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Анна ", "Анна"),
        ("e\u0301", "é"),
        ("", ""),
        ("   ", ""),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("\u202eright to left", "\u202eright to left"),
    ],
)
def test_text_is_composed_and_trimmed(text, cleaned):
    assert clean_text(text, "name", 40) == cleaned


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\nb", "a\tb", "a\x85b", "a\ud800b"])
def test_text_with_control_characters_or_surrogates_is_rejected(text):
    with raises_error(Code.FIELD_INVALID, field="name", reason="characters"):
        clean_text(text, "name", 40)


def test_text_with_too_many_marks_is_rejected_before_it_is_normalized():
    assert clean_text("a" + "\u0301\u0316" * 15, "name", 40)
    with raises_error(Code.FIELD_INVALID, field="name", reason="characters"):
        clean_text("a" + "\u0301\u0316" * 16, "name", 40)
    with raises_error(Code.FIELD_INVALID, field="name", reason="too_long"):
        clean_text(("a" + "\u0301" * 30) * 4000, "name", 40)


def test_marks_of_real_languages_are_accepted():
    assert not has_excessive_marks("क्षत्रिय्ँ" * 100)


def test_line_breaks_and_tabs_are_accepted_in_multiline_text():
    assert clean_text("a\r\n\tb\n", "text", 40, multiline=True) == "a\n\tb"
    with raises_error(Code.FIELD_INVALID, field="text"):
        clean_text("a\rb", "text", 40, multiline=True)


def test_text_longer_than_the_limit_is_rejected():
    assert clean_text(" abcd ", "name", 4) == "abcd"
    with raises_error(Code.FIELD_INVALID, field="name", reason="too_long"):
        clean_text("abcde", "name", 4)


@pytest.mark.parametrize(
    "text", ["a", "7", "?", "я", "👩", "\u0301a", "\ue000", "\U0001fae8", "\U0003fffd"]
)
def test_text_with_a_visible_character_is_accepted(text):
    assert has_visible_character(text)
    assert clean_public_text(f"\u200b{text}", "text", 40)


@pytest.mark.parametrize(
    "text",
    [
        "\u200b",
        "\u200d\ufe0f",
        "\u2060\ufeff\u00ad",
        "\u3164",
        "\u115f\u1160",
        "\uffa0",
        "\u2800\u2800",
        "\u0301",
        "\u202e\u2066",
        "\U000e0041",
        "\U000e0fff",
    ],
)
def test_text_without_a_visible_character_is_rejected(text):
    assert not has_visible_character(text)
    with raises_error(Code.FIELD_INVALID, field="text", reason="invisible"):
        clean_public_text(text, "text", 40)


@pytest.mark.parametrize("control", "\u061c\u200e\u200f\u202a\u202e\u2066\u2069")
def test_name_with_a_bidirectional_control_is_rejected(control):
    with raises_error(Code.FIELD_INVALID, field="name", reason="characters"):
        clean_name(f"an{control}na", "name", 40)
    assert clean_public_text(f"an{control}na", "text", 40)


@pytest.mark.parametrize("name", ["", "Анна", "نیم\u200cفاصله", "אנה"])
def test_name_of_any_script_is_accepted(name):
    assert clean_name(name, "name", 40) == name


@pytest.mark.parametrize(
    ("name", "visible"),
    [
        ("an\u200bna", "anna"),
        ("anna\u00a0\u2060", "anna"),
        ("\u2800an\u00adna\u3164", "anna"),
        ("an\u200a\u202fna", "anna"),
        ("an\u034fna\ufe0f\U000e0101\U000e0061", "anna"),
        ("\uff41\u24dd\U0001d427a", "anna"),
        ("Anna\u00a0Petrova", "Anna Petrova"),
        ("Анна", "Анна"),
        ("a\u0301", "\u00e1"),
        ("\u200b", ""),
    ],
)
def test_visible_form_of_a_name_has_no_invisible_characters(name, visible):
    assert visible_form(name) == visible
