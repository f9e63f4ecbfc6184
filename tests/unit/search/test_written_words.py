"""Words are folded once, with the same result as the whole text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoteka.search import written_words
from kinoteka.search.folding import fold, foreign_words, spellings
from kinoteka.search.sounds import sounds
from kinoteka.search.written_words import marked_sounds, plain_title

TEXTS = st.text(st.sampled_from("aÉжЁ7 -'.,:!?&(/千ัน_\u0301\u00a0"), max_size=12) | st.text()


@given(TEXTS)
def test_plain_title_is_the_only_spelling(title):
    plain = plain_title(title)
    if plain:
        assert spellings(title) == [plain]
        assert foreign_words(title) == ("" if plain.isascii() else plain)


@given(TEXTS)
def test_marked_sounds_are_those_of_the_whole_name(name):
    marked = marked_sounds(name)
    if marked:
        found = sounds(foreign_words(name) or " ".join(fold(name)))
        assert marked == " ".join(f"~{each}" for each in found.split())


@pytest.mark.parametrize("title", ["Spider-Man", "E.T.", "Alien: Covenant", "千と千尋", "???", ""])
def test_title_that_is_not_plain_is_left_to_folding(title):
    assert plain_title(title) == ""


def test_cached_words_are_limited(monkeypatch):
    monkeypatch.setattr(written_words, "MAX_CACHED_WORDS", 2)
    titles = [f"Word{number}" for number in range(5)]
    assert [plain_title(title) for title in titles] == [title.lower() for title in titles]
