import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoteka.search.folding import fold
from kinoteka.search.sounds import possible_sounds, sound, sounds


def of(text: str) -> str:
    return sounds(" ".join(fold(text)))


@pytest.mark.parametrize(
    ("original", "romanised"),
    [
        ("Ёлки", "yolki"),
        ("Ёлки", "jolki"),
        ("Ёлки", "elki"),
        ("Тарковский", "Tarkovsky"),
        ("Тарковский", "Tarkovskij"),
        ("Тарковский", "Tarkovskiy"),
        ("Летят журавли", "letyat zhuravli"),
        ("Летят журавли", "letjat zhuravli"),
        ("Хрусталёв", "khrustalyov"),
        ("Щука", "shchuka"),
        ("Щука", "schuka"),
        ("Царь", "tsar"),
        ("Цирк", "tsirk"),
        ("Чайка", "chayka"),
        ("Звягинцев", "Zvyagintsev"),
        ("Эйзенштейн", "Eisenstein"),
        ("Кубрик", "Kubrick"),
        ("Хичкок", "Hitchcock"),
    ],
)
def test_romanisation_sounds_like_the_original(original, romanised):
    assert of(original) == of(romanised)


def test_japanese_syllables_sound_like_their_romanisation():
    assert sound("ゴジラ") == sound("gojira")


@pytest.mark.parametrize(("one", "other"), [("брат", "бред"), ("kubrick", "kubanov"), ("1", "2")])
def test_different_words_sound_different(one, other):
    assert sound(one) != sound(other)


@pytest.mark.parametrize(
    ("word", "original"),
    [
        ("matrica", "матрица"),
        ("kusturica", "кустурица"),
        ("xolod", "холод"),
        ("jarmusch", "жармуш"),
    ],
)
def test_ambiguous_letters_have_several_sounds(word, original):
    assert sound(original) in possible_sounds(word)


def test_repeated_letters_are_no_sound():
    assert possible_sounds("zzzzqqqq") == ()


@given(st.text())
def test_any_word_has_a_sound_without_spaces(text):
    for word in fold(text):
        assert not set(sound(word)) & {" ", "~", "_"}
