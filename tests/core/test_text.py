import pytest

from kinoteka.core.text import clean_text, has_heaps_of_marks
from kinoteka.errors import Code
from people import refused


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("  Анна ", "Анна"),
        ("e\u0301", "é"),
        ("", ""),
        ("   ", ""),
        ("👩‍👩‍👧", "👩‍👩‍👧"),
        ("\u202eright to left", "\u202eright to left"),
    ],
)
def test_is_composed_and_trimmed(given, taken):
    assert clean_text(given, "name", 40) == taken


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\nb", "a\tb", "a\x85b", "a\ud800b"])
def test_without_what_cannot_be_shown_or_stored(text):
    with refused(Code.FIELD_INVALID, field="name", reason="characters"):
        clean_text(text, "name", 40)


def test_heaps_of_marks_are_refused_before_composing_sorts_them():
    assert clean_text("a" + "\u0301\u0316" * 15, "name", 40)
    with refused(Code.FIELD_INVALID, field="name", reason="characters"):
        clean_text("a" + "\u0301\u0316" * 16, "name", 40)
    with refused(Code.FIELD_INVALID, field="name", reason="too_long"):
        clean_text(("a" + "\u0301" * 30) * 4000, "name", 40)


def test_the_marks_of_a_language_may_follow_each_other():
    assert not has_heaps_of_marks("क्षत्रिय्ँ" * 100)


def test_lines_where_they_are_allowed():
    assert clean_text("a\r\n\tb\n", "text", 40, lines=True) == "a\n\tb"
    with refused(Code.FIELD_INVALID, field="text"):
        clean_text("a\rb", "text", 40, lines=True)


def test_within_a_bound():
    assert clean_text(" abcd ", "name", 4) == "abcd"
    with refused(Code.FIELD_INVALID, field="name", reason="too_long"):
        clean_text("abcde", "name", 4)
