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
