"""Layout of text on posters: any script, any length, within its box."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoteka.core.media.lettering import (
    clean_line,
    element_text,
    fit_line,
    fit_text,
    is_right_to_left,
    width_of,
)

WIDTH, HEIGHT = 340.0, 230.0
WHOLE, BREAKING = (50.0, 30.0, 22.0), (26.0, 17.0)

# One visible letter made of five characters.
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


def lay_out_title(text: str):
    return fit_text(text, WIDTH, HEIGHT, WHOLE, BREAKING)


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
def test_largest_fitting_size_is_used(text, lines, size):
    setting = lay_out_title(text)
    assert (setting.lines, setting.size) == (lines, size)


def test_word_is_broken_only_when_it_fits_at_no_size():
    setting = lay_out_title("Donaudampfschifffahrtsgesellschaft")
    assert setting.size == 26
    assert "".join(setting.lines) == "Donaudampfschifffahrtsgesellschaft"


def test_too_long_text_ends_in_an_ellipsis():
    setting = lay_out_title("Word " * 100)
    assert setting.size == 17
    assert setting.lines[-1].endswith("…")
    assert not any(line.endswith("…") for line in setting.lines[:-1])


def test_punctuation_never_begins_a_line():
    setting = lay_out_title("一二三四五六，七")
    assert setting.lines == ("一二三四五", "六，七")


def test_letters_keep_their_combining_marks():
    assert "".join(lay_out_title("e\u0301" * 200).lines).replace("e\u0301", "").strip("…") == ""
    assert "".join(lay_out_title(FAMILY * 50).lines).replace(FAMILY, "").strip("…") == ""


@given(st.text(max_size=700))
def test_any_text_fits_into_its_box(text):
    setting = lay_out_title(text)
    assert setting.total <= HEIGHT
    assert all(width_of(line) * setting.size <= WIDTH + 0.001 for line in setting.lines)
    shown = "".join(setting.lines)
    if not shown.endswith("…"):
        assert shown.replace(" ", "") == clean_line(text).replace(" ", "")


@given(st.text(max_size=100))
def test_any_text_fits_on_its_line(text):
    assert width_of(fit_line(text, 100, 14)) * 14 <= 100


@given(st.text(max_size=50))
def test_any_text_gives_well_formed_xml(text):
    shown = clean_line(text)
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
def test_disallowed_characters_are_removed(text, expected):
    assert clean_line(text) == expected


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
def test_direction_of_a_text_is_detected(text, expected):
    assert is_right_to_left(text) is expected
