"""The words of all titles, in either engine, and which of them resemble others."""

from collections import Counter

import pytest

from kinoteka.database.engines.postgresql.search import index as postgresql
from kinoteka.database.engines.postgresql.search import words as postgresql_words
from kinoteka.database.engines.sqlite.search import index as sqlite
from kinoteka.database.engines.sqlite.search import words as sqlite_words
from kinoteka.search.likeness import resembling, trigrams
from kinoteka.search.reading import Index

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
def keeping(engine):
    return KEEPING[engine]


@pytest.fixture
def words(reader, keeping, engine) -> Index:
    keeping.add(reader.connection, Counter(WORDS))
    return OPENING[engine].open_index(reader.connection, None)


@pytest.mark.parametrize(
    ("start", "found"),
    [
        ("stran", ["strange", "stranger", "strangers"]),
        ("love", ["love"]),
        ("l", ["live", "love"]),
        ("ж", ["журавли"]),
        ("xyz", []),
        ("stranger\U0010ffff", []),
    ],
)
def test_completions(words, start, found):
    assert words.completions(start, 10) == found


def test_no_more_completions_than_wanted(words):
    assert words.completions("str", 2) == ["strange", "stranger"]


def test_times(words, keeping, reader):
    keeping.add(reader.connection, Counter({"the": 10, "new": 1}))
    assert words.times(["the", "th", "new"]) == {"the": 100, "new": 1}


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
def test_a_word_written_wrongly(words, word, likeliest):
    assert resembling(words, word)[0] == likeliest


@pytest.mark.parametrize("word", ["thx", "ht", "1985", "xaxe", "sytongre", "", "l"])
def test_what_is_too_short_or_too_far_off(words, word):
    assert resembling(words, word) == []


def test_the_beginning_of_a_word_may_be_wrong(words):
    assert resembling(words, "жураул") == ["журавли"]


def test_of_equals_the_commoner_comes_first(words):
    assert resembling(words, "lxve") == ["love", "live"]


def test_words_of_no_film_are_not_meant(words, keeping, reader):
    keeping.take_away(reader.connection, {"love": 8})
    assert resembling(words, "lxve") == ["live"]


def test_trigrams_know_where_a_word_begins_and_ends():
    assert trigrams("ран") == {" ра", "ран", "ан "}
    assert trigrams("m") == {" m "}
