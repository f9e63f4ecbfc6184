import pytest

from kinoteka.search.equivalents import alternatives, canonical, joined_numbers


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rocky ii", "rocky 2"),
        ("part two", "part 2"),
        ("дюна часть вторая", "дюна часть 2"),
        ("the thirty nine steps", "39 steps"),
        ("twenty eight days", "28 days"),
        ("saint maud", "st maud"),
        ("doctor no", "dr no"),
        ("kramer versus kramer", "kramer vs kramer"),
        ("mister smith", "mr smith"),
        ("rock n roll", "rock and roll"),
        ("the matrix", "matrix"),
    ],
)
def test_equivalent_titles_have_one_form(one, other):
    assert canonical(one.split()) == canonical(other.split())


@pytest.mark.parametrize("title", ["the", "a", "thirty days", "seventy"])
def test_title_keeps_a_word(title):
    assert len(canonical(title.split())) == len(title.split())


@pytest.mark.parametrize(
    ("word", "other"),
    [("2", "ii"), ("ii", "two"), ("two", "вторая"), ("st", "saint"), ("7th", "seventh")],
)
def test_word_has_alternatives(word, other):
    assert other in alternatives(word)


def test_usual_word_has_no_alternatives():
    assert alternatives("night") == ()


def test_numbers_of_two_words_are_joined():
    assert joined_numbers(["twenty", "eight", "days"]) == ["28", "days"]
    assert joined_numbers(["two", "days"]) == ["two", "days"]


@pytest.mark.parametrize(
    ("words", "joined"),
    [
        ("the four hundred blows", "the 400 blows"),
        ("two thousand one a space odyssey", "2001 a space odyssey"),
        ("nineteen eighty four", "1984"),
        ("blade runner twenty forty nine", "blade runner 2049"),
        ("one hundred and one dalmatians", "101 dalmatians"),
        ("тысяча и одна ночь", "тысяча и одна ночь"),
        ("двести двадцать один", "221"),
        ("three hundred thousand", "300000"),
        ("one two three", "one two three"),
        ("one and two", "one and two"),
        ("a hundred and more", "a hundred and more"),
        ("twelve angry men", "twelve angry men"),
    ],
)
def test_numbers_of_several_words_are_written_in_digits(words, joined):
    assert joined_numbers(words.split()) == joined.split()
