"""Keys and translations of genres."""

import pytest

from kinoteka.core.imports.genre_vocabulary import SAME_GENRES, genre_key, translated_names


@pytest.mark.parametrize("names", SAME_GENRES, ids=lambda names: names[0])
def test_all_names_of_a_genre_have_one_key(names):
    assert len({genre_key(name) for name in names}) == 1


def test_case_accents_and_punctuation_do_not_matter():
    assert genre_key("  SCI FI ") == genre_key("Sci-Fi") == genre_key("science fiction")
    assert genre_key("Comédie") == genre_key("comedie")


def test_other_genres_have_different_keys():
    assert len({genre_key(names[0]) for names in SAME_GENRES}) == len(SAME_GENRES)
    assert genre_key("???") != genre_key("!!!")


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("Drama", {"ru": "Драма"}),
        ("Film-Noir", {"ru": "Фильм-нуар"}),
        ("sci fi", {"ru": "Фантастика"}),
        ("Мультфильм", {"en": "Animation"}),
        ("Oddity", {}),
        ("Unknown", {}),
    ],
)
def test_common_genres_have_names_in_the_other_languages(name, names):
    assert translated_names(name) == names


@pytest.mark.parametrize("names", SAME_GENRES, ids=lambda names: names[0])
def test_every_common_genre_has_an_english_and_a_russian_name(names):
    assert set(translated_names(names[0])) == {"ru"}
