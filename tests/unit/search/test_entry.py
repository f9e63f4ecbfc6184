import pytest

from kinoteka.search.entry import FILM_ID, IndexEntry, all_spellings, rank_key, terms


def film(film_id: int, votes: int = 0, title: str = "Stalker") -> IndexEntry:
    return IndexEntry(film_id, title, None, votes)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (film(9, votes=1000), film(1, votes=10)),
        (film(9, votes=1), film(1, votes=0)),
        (film(9, title="Ran"), film(1, title="Ran Away")),
        (film(1), film(2)),
    ],
)
def test_films_are_ordered_by_votes_then_length_then_id(better, worse):
    assert rank_key(better) < rank_key(worse)


@pytest.mark.parametrize(
    "entry", [film(1), film(2**40 - 1, votes=2**40), film(7, title="x" * 1000)]
)
def test_position_contains_the_film_id(entry):
    assert rank_key(entry) & FILM_ID == entry.film_id
    assert 0 < rank_key(entry) < 2**63


@pytest.mark.parametrize(
    ("title", "original", "held"),
    [
        ("Ran", None, "ran _ran __ran"),
        ("Ran", "Ran", "ran _ran __ran"),
        ("The Matrix", None, "the matrix _the __thematrix _matrix __matrix"),
        ("Brother", "Брат", "brother _brother __brother брат _брат __брат brat _brat __brat"),
        ("Spider-Man", None, "spider man _spider __spiderman spiderman _spiderman __spiderman"),
        ("", None, ""),
    ],
)
def test_terms_of_a_title(title, original, held):
    assert terms(all_spellings(IndexEntry(1, title, original, 0))) == held


def test_whole_title_term_is_cut():
    assert max(map(len, terms(["word " * 100]).split())) == 42
