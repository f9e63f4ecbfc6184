"""Text for posters: any script, any length, within its box."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoteka.core.media.lettering import (
    element_text,
    fit,
    fit_line,
    is_right_to_left,
    readable,
    width_of,
)

WIDTH, HEIGHT = 340.0, 230.0
WHOLE, BREAKING = (50.0, 30.0, 22.0), (26.0, 17.0)

# One letter to see, of five to store.
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


def set_title(text: str):
    return fit(text, WIDTH, HEIGHT, WHOLE, BREAKING)


@pytest.mark.parametrize(
    ("text", "lines", "size"),
    [
        ("M", ("M",), 50),
        ("Ran", ("Ran",), 50),
        ("  Seven \n Samurai ", ("Seven", "Samurai"), 50),
        ("七人の侍", ("七人の侍",), 50),
        ("七人の侍七人の侍", ("七人の侍七人", "の侍"), 50),
        ("Unglaublichkeiten", ("Unglaublichkeiten",), 30),
        ("Geschwindigkeitsregler", ("Geschwindigkeitsregler",), 22),
    ],
)
def test_the_largest_size_that_fits(text, lines, size):
    setting = set_title(text)
    assert (setting.lines, setting.size) == (lines, size)


def test_a_word_is_broken_where_there_is_no_other_way():
    setting = set_title("Donaudampfschifffahrtsgesellschaft")
    assert setting.size == 26
    assert "".join(setting.lines) == "Donaudampfschifffahrtsgesellschaft"


def test_what_is_too_long_ends_in_an_ellipsis():
    setting = set_title("Word " * 100)
    assert setting.size == 17
    assert setting.lines[-1].endswith("…")
    assert not any(line.endswith("…") for line in setting.lines[:-1])


def test_a_sign_never_begins_a_line():
    setting = set_title("一二三四五六，七")
    assert setting.lines == ("一二三四五", "六，七")


def test_letters_keep_their_marks():
    assert "".join(set_title("e\u0301" * 200).lines).replace("e\u0301", "").strip("…") == ""
    assert "".join(set_title(FAMILY * 50).lines).replace(FAMILY, "").strip("…") == ""


@given(st.text(max_size=700))
def test_any_text_stays_within_its_box(text):
    setting = set_title(text)
    assert setting.total <= HEIGHT
    assert all(width_of(line) * setting.size <= WIDTH + 0.001 for line in setting.lines)
    shown = "".join(setting.lines)
    if not shown.endswith("…"):
        assert shown.replace(" ", "") == readable(text).replace(" ", "")


@given(st.text(max_size=100))
def test_any_text_stays_on_its_line(text):
    assert width_of(fit_line(text, 100, 14)) * 14 <= 100


@given(st.text(max_size=50))
def test_any_text_makes_a_sound_document(text):
    shown = readable(text)
    document = f'<a b="{element_text(shown)}">{element_text(shown)}</a>'
    element = ElementTree.fromstring(document)  # noqa: S314
    assert element.get("b") == shown == (element.text or "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\0b\x1fc\ufffed", "a b c d"),
        ("\ud800x", "x"),
        ("a\u202eb\u2066c", "a b c"),
        ("\ta \n b\u00a0c ", "a b c"),
        ("\u200b", "\u200b"),
    ],
)
def test_what_no_document_may_hold_is_left_out(text, expected):
    assert readable(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("جدایی نادر از سیمین", True),
        ("12 שעות", True),
        ("2046", False),
        ("", False),
        ("Брат", False),
        ("Lebanon (لبنان)", False),
    ],
)
def test_where_a_text_begins(text, expected):
    assert is_right_to_left(text) is expected
