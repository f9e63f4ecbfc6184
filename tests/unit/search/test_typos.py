"""The vocabulary of each engine, and the correction of typos."""

from collections import Counter

import pytest

from kinoteka.database.engines.postgresql.search import index as postgresql
from kinoteka.database.engines.postgresql.search import words as postgresql_words
from kinoteka.database.engines.sqlite.search import index as sqlite
from kinoteka.database.engines.sqlite.search import words as sqlite_words
from kinoteka.search.index_interface import Index
from kinoteka.search.typos import similar_words, trigrams

KEEPING = {"sqlite": sqlite_words, "postgresql": postgresql_words}
OPENING = {"sqlite": sqlite, "postgresql": postgresql}

WORDS = {
    "strange": 3,
    "stranger": 9,
    "strangers": 2,
    "stronger": 1,
    "love": 8,
    "live": 5,
    "the": 90,
    "журавли": 1,
    "1984": 1,
}


@pytest.fixture
def storing(engine):
    return KEEPING[engine]


@pytest.fixture
def words(reader, storing, engine) -> Index:
    storing.add(reader.connection, Counter(WORDS))
    return OPENING[engine].open_index(reader.connection, None)


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("stran", ["strange", "stranger", "strangers"]),
        ("love", ["love"]),
        ("l", ["live", "love"]),
        ("ж", ["журавли"]),
        ("xyz", []),
        ("stranger\U0010ffff", []),
    ],
)
def test_completions_have_the_prefix(words, prefix, found):
    assert words.completions(prefix, 10) == found


def test_completions_respect_the_limit(words):
    assert words.completions("str", 2) == ["strange", "stranger"]


def test_frequencies_of_words(words, storing, reader):
    storing.add(reader.connection, Counter({"the": 10, "new": 1}))
    assert words.frequencies(["the", "th", "new"]) == {"the": 100, "new": 1}


@pytest.mark.parametrize(
    ("word", "likeliest"),
    [
        ("strnager", "stranger"),  # two letters swapped
        ("strager", "stranger"),  # one missing
        ("strannger", "stranger"),  # one too many
        ("strenger", "stranger"),  # one wrong
        ("stronnger", "stronger"),
        ("strengar", "stranger"),  # two wrong, in a word of eight letters
        ("lvoe", "love"),
        ("teh", "the"),
        ("lave", "love"),
        ("lova", "love"),
        ("журвали", "журавли"),
        ("журовли", "журавли"),
    ],
)
def test_typo_finds_the_intended_word(words, word, likeliest):
    assert similar_words(words, word)[0] == likeliest


@pytest.mark.parametrize("word", ["thx", "ht", "1985", "xaxe", "sytongre", "", "l"])
def test_short_or_distant_words_are_not_corrected(words, word):
    assert similar_words(words, word) == []


def test_typo_in_a_prefix_is_corrected(words):
    assert similar_words(words, "жураул") == ["журавли"]


def test_more_frequent_word_comes_first_among_equals(words):
    assert similar_words(words, "lxve") == ["love", "live"]


def test_words_of_removed_films_are_not_suggested(words, storing, reader):
    storing.subtract(reader.connection, {"love": 8})
    assert similar_words(words, "lxve") == ["live"]


def test_trigrams_include_the_ends_of_the_word():
    assert trigrams("ран") == {" ра", "ран", "ан "}
    assert trigrams("m") == {" m "}
