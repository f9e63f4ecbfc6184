import pytest

from kinoteka.search.entry import (
    FILM_ID,
    IndexEntry,
    count_words,
    lines_of,
    popularity,
    rank_key,
    terms,
)


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


def test_popularity_doubles_with_the_votes():
    assert popularity(rank_key(film(1))) == 0
    assert popularity(rank_key(film(1, votes=1023))) == 10


@pytest.mark.parametrize(
    ("entry", "lines"),
    [
        (IndexEntry(1, "Ran", "Ran", 0), ["ran"]),
        (IndexEntry(1, "Brother", "Брат", 0), ["brother", "брат", "_~ ~brat"]),
        (IndexEntry(1, "Spider-Man", None, 0), ["spider man", "spiderman"]),
        (IndexEntry(1, "Alien: Covenant", None, 0), ["alien\tcovenant"]),
        (
            IndexEntry(1, "The Matrix", None, 0, 1999, ("Матрица", "The Matrix")),
            ["the matrix", "матрица", "_~ ~matrica", "_# ~1999"],
        ),
        (
            IndexEntry(1, "Зеркало", None, 0, people=("Andrei Tarkovsky", "Андрей Тарковский")),
            ["зеркало", "_~ ~serkalo", "_@ ~andrei ~tarkovski"],
        ),
        (IndexEntry(1, "", None, 0), []),
    ],
)
def test_lines_of_a_film(entry, lines):
    assert lines_of(entry) == lines


@pytest.mark.parametrize(
    ("lines", "held"),
    [
        (["ran"], "ran __ran _ran"),
        (["the matrix"], "the matrix __matrix _matrix"),
        (["rocky ii"], "rocky ii __rocky2 _rocky"),
        (["alien\tcovenant"], "alien __alien _alien covenant __covenant _covenant __aliencovenant"),
        (["_~ ~svoi ~brat"], "~svoi ~brat __~svoibrat"),
        (["_@ ~andrei ~tarkovski", "_# ~1999"], "~andrei ~tarkovski ~1999"),
        ([], ""),
    ],
)
def test_terms_of_lines(lines, held):
    assert terms(lines) == held


def test_whole_title_term_is_cut():
    assert max(map(len, terms(["word " * 100]).split())) == 42


def test_marks_of_lines_are_not_counted():
    counted = count_words(["night\tday", "_~ ~brat", "_@ ~brat", "_# ~1999"])
    assert counted == {"night": 1, "day": 1, "~brat": 2, "~1999": 1}
