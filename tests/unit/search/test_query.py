import pytest

from kinoteka.search.query import parse


def test_number_is_no_sound_and_may_be_a_year():
    (title, year) = parse("M (1931)")
    assert (title.word, title.year, title.sounds) == ("m", None, ("m",))
    assert (year.word, year.year, year.sounds) == ("1931", 1931, ())


@pytest.mark.parametrize("text", ["1200", "9999", "12", "19310"])
def test_other_numbers_are_no_years(text):
    assert parse(text)[0].year is None


@pytest.mark.parametrize(
    ("text", "word", "other"),
    [("buechse", "buechse", "buchse"), ("Büchse", "buchse", "buechse"), ("part II", "ii", "2")],
)
def test_word_has_other_spellings(text, word, other):
    found = parse(text)[-1]
    assert found.word == word
    assert other in found.others


def test_long_query_is_cut():
    assert len(parse("word " * 100)) == 20
