import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoteka.search.folding import SEGMENT_END, fold, foreign_words, spellings, to_latin

OTHERS_OF_ET = ("e t the extraterrestrial", "et the extra terrestrial")


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
def test_equivalent_spellings_fold_alike(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Чайка", "Чаика"), ("Й", "И"), ("и\u0306", "и"), ("か", "が"), ("कि", "क"), ("m", "n")],
)
def test_different_words_stay_different(one, other):
    assert fold(one) != fold(other)


def test_decomposed_short_i_folds_like_the_composed_one():
    assert fold(unicodedata.normalize("NFD", "Чайка")) == fold("Чайка") == ["чайка"]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("The Good, the Bad and the Ugly", ["the", "good", "the", "bad", "and", "the", "ugly"]),
        ("2001: A Space Odyssey", ["2001", "a", "space", "odyssey"]),
        ("a_b", ["a", "b"]),
        ("千と千尋", ["千", "と", "千", "尋"]),
        ("ゴジラ", ["ゴ", "ジ", "ラ"]),
        ("สัตว์ป่า", ["สั", "ต", "ว์", "ป่", "า"]),
        ("???", ["???"]),
        ("$", ["$"]),
        ("", []),
        (" \t\n\0", []),
    ],
)
def test_text_is_split_into_words(title, words):
    assert fold(title) == words


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Stalker", ["stalker"]),
        ("Spider-Man", ["spider man", "spiderman"]),
        ("L'Avventura", ["lavventura", "l avventura"]),
        ("Брат", ["брат"]),
        ("Человек-паук", ["человек паук", "человекпаук"]),
        ("E.T. the Extra-Terrestrial", ["e t the extra terrestrial", *OTHERS_OF_ET]),
        ("Alien: Covenant", ["alien\tcovenant"]),
        (
            "Blade Runner (Director's Cut)",
            ["blade runner\tdirectors cut", "blade runner director s cut"],
        ),
        ("乱", ["乱"]),
        ("Amélie", ["amelie"]),
    ],
)
def test_spellings_of_a_title(title, expected):
    assert spellings(title) == expected


@pytest.mark.parametrize(("word", "spelled"), [("брат", "brat"), ("brat", "brat"), ("乱", "乱")])
def test_words_are_written_in_latin_letters(word, spelled):
    assert to_latin(word) == spelled


@given(st.text())
def test_any_text_can_be_folded(text):
    words = fold(text)
    assert all(words)
    assert not any(character.isspace() or character == "_" for word in words for character in word)


@given(st.text())
def test_folding_is_idempotent(text):
    words = fold(text)
    assert fold(" ".join(words)) == words


@given(st.text())
def test_first_spelling_is_the_plain_one(text):
    plain = " ".join(fold(text))
    first = [words.replace(SEGMENT_END, " ") for words in spellings(text)[:1]]
    assert first == [words for words in [plain] if words]


@pytest.mark.parametrize(
    ("text", "words"),
    [("Брат-2", "брат 2"), ("ゴジラ", "ゴジラ"), ("Amélie", ""), ("Ran", ""), ("乱れる", "")],
)
def test_foreign_words_are_in_a_script_with_a_latin_spelling(text, words):
    assert foreign_words(text) == words
