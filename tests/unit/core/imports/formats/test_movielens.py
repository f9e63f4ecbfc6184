"""MovieLens: titles are split and ratings averaged."""

import pytest

from kinoteka.core.imports.label_rules import LabelRules

MOVIES = "movieId,title,genres\n"


def test_ratings_are_averaged_and_doubled(tmp_path, read):
    movies, ratings, links = (tmp_path / name for name in ("m.csv", "r.csv", "links.csv"))
    movies.write_text(
        MOVIES + '1,"American President, The (1995)",Comedy|Drama\n2,Other,(no genres listed)\n'
    )
    ratings.write_text(
        "userId,movieId,rating,timestamp\n1,1,4.0,0\n2,1,3.5,0\n3,1,3.5,0\n4,9,5.0,0\n"
        "5,1,7.0,0\n6,1,x,0\n7,1\n\n"
    )
    links.write_text("movieId,imdbId,tmdbId\n1,112346,9087\n2,0114709,\n3,tt1,1\n")
    outcome = read("movielens", [links, ratings, movies])
    first, second = outcome.films
    assert (first.title, first.year, first.rating, first.votes) == (
        "The American President",
        1995,
        7.3,
        3,
    )
    assert first.genres == ("Comedy", "Drama")
    assert (second.title, second.year, second.rating, second.votes, second.genres) == (
        "Other",
        None,
        None,
        0,
        (),
    )
    assert outcome.reasons == [
        (6, "rating_invalid"),
        (7, "rating_invalid"),
        (8, "columns_mismatch"),
        (4, "id_invalid"),
    ]
    assert (first.imdb_id, first.tmdb_id) == ("tt0112346", 9087)
    assert (second.imdb_id, second.tmdb_id) == ("tt0114709", None)


def test_links_may_lack_a_header_row(tmp_path, read):
    movies, links = tmp_path / "movies.csv", tmp_path / "links.csv"
    movies.write_text(MOVIES + "1,Toy Story (1995),Animation\n2,Heat (1995),Action\n")
    links.write_text("1,0114709,862\n2,0113277,949\n")
    films = read("movielens", [movies, links]).films
    assert [(film.imdb_id, film.tmdb_id) for film in films] == [
        ("tt0114709", 862),
        ("tt0113277", 949),
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"x,Film (1995),Drama", "id_invalid"),
        (b"2,(1995),Drama", "title_missing"),
        (b"2,Film (0),Drama", "year_invalid"),
        (b"2,Film (99999),Drama", "year_invalid"),
        (b"2,Film", "columns_mismatch"),
        (b'2,"Film (1995),Drama', "csv_invalid"),
        (b"2,caf\xe9 (1995),Drama", "encoding_invalid"),
        (b"2,a\0b (1995),Drama", "nul_character"),
    ],
)
def test_invalid_row_is_rejected_and_reading_continues(read_text, row, reason):
    outcome = read_text("movielens", MOVIES.encode() + row + b"\n3,Heat (1995),Action\n")
    assert outcome.reasons == [(2, reason)]
    assert outcome.titles == ["Heat"]


def test_label_rule_matches_a_column(read_text):
    rules = LabelRules(["old:column:movieId=1"])
    assert (
        read_text("movielens", MOVIES + "1,Heat (1995),A\n", labels=rules).films[0].label == "old"
    )
