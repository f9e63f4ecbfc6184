"""MovieLens 1M, 10M and 100K are read without header rows."""

import pytest

from kinoteka.core.imports.formats import FORMATS
from kinoteka.core.imports.formats.movielens_older import is_older
from kinoteka.core.imports.label_rules import LabelRules
from kinoteka.core.imports.readers import ReadOptions
from kinoteka.core.imports.record import FormatError

DAT = (
    "1::Toy Story (1995)::Animation|Children's|Comedy\n2::Matrix, The (1999)::(no genres listed)\n"
)
ITEM = "1|Misérables, Les (1995)|01-Jan-1995||http://us.imdb.com/|0|" + "|".join("0" * 7) + "|1"
ITEM += "|" + "|".join("0" * 10) + "\n"


@pytest.fixture
def written(tmp_path):
    def write(**files):
        paths = []
        for name, content in files.items():
            path = tmp_path / name.replace("_", ".")
            path.write_bytes(content if isinstance(content, bytes) else content.encode("latin-1"))
            paths.append(path)
        return paths

    return write


def test_films_of_1m_are_read_with_their_ratings(read, written):
    files = written(
        ratings_dat="1::1::5::978300760\n2::1::4::978302109\n\n",
        movies_dat=DAT,
        users_dat="1::F::1\n",
    )
    outcome = read("movielens", files)
    first, second = outcome.films
    assert (first.title, first.year, first.rating, first.votes) == ("Toy Story", 1995, 9.0, 2)
    assert first.genres == ("Animation", "Children's", "Comedy")
    assert first.ids == (("movielens", "1"),)
    assert (second.title, second.genres, second.rating) == ("The Matrix", (), None)
    assert [path.name for path in outcome.progress.ignored] == ["users.dat"]
    assert FORMATS["movielens"].source(files, ReadOptions()) == "movielens"


def test_films_of_100k_are_read_with_genres_accents_and_an_own_source(read, written):
    files = written(u_item=ITEM, u_data="196\t1\t3\t881250949\n")
    (film,) = read("movielens", files).films
    assert (film.title, film.year, film.genres) == ("Les Misérables", 1995, ("Drama",))
    assert (film.rating, film.votes, film.ids) == (6.0, 1, ())
    assert FORMATS["movielens"].source(files, ReadOptions()) == "movielens-100k"


def test_utf8_of_10m_is_read(read, written):
    (film,) = read("movielens", written(movies_dat="1::Amélie (2001)::Comedy\n".encode())).films
    assert film.title == "Amélie"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("x::Film (1999)::Drama", "id_invalid"),
        ("2::Film (1999)", "columns_mismatch"),
        ("2::Film (0)::Drama", "year_invalid"),
        ("2:: ::Drama", "title_missing"),
    ],
)
def test_invalid_film_is_rejected(read, written, line, reason):
    outcome = read("movielens", written(movies_dat=f"{DAT}{line}\n"))
    assert outcome.reasons == [(3, reason)]


def test_invalid_rating_is_rejected(read, written):
    files = written(ratings_dat="1::1::5::1\n1::1::6::1\nx\n", movies_dat=DAT)
    assert read("movielens", files).reasons == [(2, "rating_invalid"), (3, "rating_invalid")]


def test_label_rule_applies(read, written):
    outcome = read("movielens", written(movies_dat=DAT), labels=LabelRules(["old:year=..1996"]))
    assert [film.label for film in outcome.films] == ["old", None]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"ratings_dat": "1::1::5::1\n"}, "file_needed"),
        ({"movies_dat": DAT, "more_dat": DAT}, "file_repeated"),
        ({"movies_dat": DAT, "other_csv": "a,b\n"}, "file_unrecognised"),
    ],
)
def test_unusable_files_are_rejected(read, written, files, code):
    with pytest.raises(FormatError) as caught:
        read("movielens", written(**files))
    assert caught.value.code == code


def test_newer_data_set_is_not_taken_for_an_older_one(written):
    (path,) = written(movies_csv="movieId,title,genres\n1,Alien (1979),Horror\n")
    assert not is_older(path)
