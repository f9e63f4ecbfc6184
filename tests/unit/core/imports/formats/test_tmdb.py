"""TMDB tables, the excerpt and the full one, with directors from the credits."""

import csv
import json

import pytest

FULL = [
    *("budget", "genres", "homepage", "id", "keywords", "original_language", "original_title"),
    *("overview", "popularity", "release_date", "runtime", "status", "tagline", "title"),
    *("vote_average", "vote_count"),
]


@pytest.fixture
def write(tmp_path):
    def write_table(name, columns, *rows):
        path = tmp_path / name
        with path.open("w", newline="") as file:
            table = csv.DictWriter(file, columns, restval="")
            table.writeheader()
            table.writerows(rows)
        return path

    return write_table


def genres(*names):
    return json.dumps([{"id": place, "name": name} for place, name in enumerate(names)])


BROTHER = {
    "id": "20992",
    "title": "Brother",
    "original_title": "Брат",
    "genres": genres("Crime", "Drama"),
    "overview": "A soldier  comes home.",
    "release_date": "1997-12-12",
    "runtime": "99.0",
    "vote_average": "7.6",
    "vote_count": "300",
}


def test_full_table_is_joined_with_credits(write, read):
    crew = [{"job": "Producer", "name": "P"}, {"job": "Director", "name": "Aleksey Balabanov"}]
    credits_ = {"movie_id": "20992", "title": "Brother", "cast": "[]", "crew": json.dumps(crew)}
    movies = write("m.csv", FULL, BROTHER)
    outcome = read(
        "tmdb", [movies, write("c.csv", ["movie_id", "title", "cast", "crew"], credits_)]
    )
    (film,) = outcome.films
    assert (film.external_id, film.title, film.original_title) == ("20992", "Brother", "Брат")
    assert (film.year, film.rating, film.votes) == (1997, 7.6, 300)
    assert (film.description, film.runtime_minutes) == ("A soldier comes home.", 99)
    assert film.genres == ("Crime", "Drama")
    assert film.directors == ("Aleksey Balabanov",)


def test_average_without_votes_is_not_a_rating(write, read):
    unrated = BROTHER | {"vote_average": "0.0", "vote_count": "0"}
    worst = BROTHER | {"vote_average": "0.0", "vote_count": "2"}
    films = read("tmdb", [write("m.csv", FULL, unrated, worst)]).films
    assert [film.rating for film in films] == [None, 0.0]


def test_adult_films_are_skipped_and_poster_addresses_completed(write, read):
    columns = [*FULL, "adult", "poster_path"]
    path = write(
        "m.csv",
        columns,
        BROTHER | {"adult": "True"},
        BROTHER | {"adult": "False", "poster_path": "/b.jpg"},
    )
    outcome = read("tmdb", [path])
    assert [film.poster for film in outcome.films] == ["https://image.tmdb.org/t/p/w342/b.jpg"]
    assert outcome.progress.skipped == {"adult": 1}
    assert len(read("tmdb", [path], adult=True).films) == 2


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": "x"}, "id_invalid"),
        ({"title": ""}, "title_missing"),
        ({"release_date": "99999"}, "year_invalid"),
        ({"vote_average": "11"}, "rating_invalid"),
        ({"vote_count": "-1"}, "votes_invalid"),
        ({"genres": "[{"}, "list_invalid"),
        ({"overview": "x" * 20_001}, "too_long"),
    ],
)
def test_invalid_row_is_rejected_and_reading_continues(write, read, change, reason):
    outcome = read("tmdb", [write("m.csv", FULL, BROTHER | change, BROTHER)])
    assert outcome.reasons == [(2, reason)]
    assert outcome.titles == ["Brother"]


@pytest.mark.parametrize(
    ("crew", "reason"),
    [("[{", "json_invalid"), ('[{"job": "Director", "name": 7}]', "json_invalid")],
)
def test_invalid_credits_are_rejected_and_the_film_stays(write, read, crew, reason):
    credits_ = write("c.csv", ["movie_id", "crew"], {"movie_id": "20992", "crew": crew})
    outcome = read("tmdb", [credits_, write("m.csv", FULL, BROTHER)])
    assert outcome.reasons == [(2, reason)]
    assert outcome.films[0].directors == ()
