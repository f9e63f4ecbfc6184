import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoteka.search.folding import fold, latin, readings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BROTHER", "brother"),
        ("БРАТ", "брат"),
        ("Amélie", "AMELIE"),
        ("Ame\u0301lie", "Amélie"),
        ("Ёлки", "елки"),
        ("Łódź", "lodz"),
        ("Die Straße", "die strasse"),
        ("Søren", "soren"),
        ("Æon Flux", "aeon flux"),
        ("İstanbul", "istanbul"),
        ("Tom & Jerry", "tom and jerry"),
        ("Spider-Man", "spider man"),
        ("Spider‑Man", "spider man"),
        ("Ocean's Eleven", "oceans eleven"),
        ("Ocean’s Eleven", "oceans eleven"),
        ("M*A*S*H", "m a s h"),
        ("Se7en", "SE7EN"),
        ("８½", "8 1 2"),
        ("ΑΣ", "ας"),
        ("«Брат»", "брат"),
    ],
)
def test_spellings_that_are_the_same(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Чайка", "Чаика"), ("Й", "И"), ("и\u0306", "и"), ("か", "が"), ("कि", "क"), ("m", "n")],
)
def test_spellings_that_differ(one, other):
    assert fold(one) != fold(other)


def test_short_i_may_be_written_in_two_characters():
    assert fold(unicodedata.normalize("NFD", "Чайка")) == fold("Чайка") == ["чайка"]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("The Good, the Bad and the Ugly", ["the", "good", "the", "bad", "and", "the", "ugly"]),
        ("2001: A Space Odyssey", ["2001", "a", "space", "odyssey"]),
        ("a_b", ["a", "b"]),
        ("千と千尋", ["千", "と", "千", "尋"]),
        ("???", ["???"]),
        ("$", ["$"]),
        ("", []),
        (" \t\n\0", []),
    ],
)
def test_words(title, words):
    assert fold(title) == words


@pytest.mark.parametrize(
    ("title", "ways"),
    [
        ("Stalker", ["stalker"]),
        ("Spider-Man", ["spider man", "spiderman"]),
        ("L'Avventura", ["lavventura", "l avventura"]),
        ("Брат", ["брат", "brat"]),
        ("Человек-паук", ["человек паук", "человекпаук", "chelovek pauk"]),
        ("Объезд", ["объезд", "obezd"]),
        ("ゴジラ", ["ゴジラ", "gojira"]),
        ("기생충", ["기생충", "gisaengchung"]),
        ("乱", ["乱"]),
        ("Amélie", ["amelie"]),
    ],
)
def test_readings(title, ways):
    assert readings(title) == ways


@pytest.mark.parametrize(("word", "spelled"), [("брат", "brat"), ("brat", "brat"), ("乱", "乱")])
def test_latin(word, spelled):
    assert latin(word) == spelled


@given(st.text())
def test_any_text_can_be_folded(text):
    words = fold(text)
    assert all(words)
    assert not any(character.isspace() or character == "_" for word in words for character in word)


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text):
    words = fold(text)
    assert fold(" ".join(words)) == words


@given(st.text())
def test_the_first_reading_is_the_plain_one(text):
    plain = " ".join(fold(text))
    assert readings(text)[:1] == [words for words in [plain] if words]
