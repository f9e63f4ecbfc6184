"""Every row of the real data sets becomes a film with the expected fields."""

import pytest


def by_title(outcome):
    return {film.title: film for film in outcome.films}


def test_wikipedia_files_are_read_completely(read, real_data):
    outcome = read("wikipedia", sorted((real_data / "wikipedia").glob("*.json")))
    assert outcome.rejected == []
    assert len(outcome.films) == 36_273
    assert len({film.external_id for film in outcome.films}) == 36_273
    assert sum(1 for film in outcome.films if film.description) == 34_532
    gun = by_title(outcome)["Naked Gun 33+1⁄3: The Final Insult"]
    assert (gun.year, gun.genres) == (1994, ("Comedy", "Crime"))


def test_movielens_files_are_read_completely(read, real_data):
    outcome = read("movielens", sorted((real_data / "movielens-small").glob("*.csv")))
    assert outcome.rejected == []
    # The last line has no end, so counting line ends finds one film and one rating fewer.
    assert len(outcome.films) == len({film.external_id for film in outcome.films}) == 10_329
    assert sum(film.votes for film in outcome.films) == 105_339
    assert [film.title for film in outcome.films if film.year is None] == [
        "Li'l Quinquin",
        "Elämältä kaiken sain",
    ]
    toys = by_title(outcome)["Toy Story"]
    assert (toys.imdb_id, toys.tmdb_id) == ("tt0114709", 862)
    lost = by_title(outcome)["The City of Lost Children"]
    assert (lost.original_title, lost.year) == ("La Cité des enfants perdus", 1995)
    assert [path.name for path in outcome.progress.ignored] == ["tags.csv"]


def test_tmdb_files_are_read_completely(read, real_data):
    outcome = read("tmdb", [real_data / "tmdb" / "tmdb_5000_movies.csv"])
    assert outcome.rejected == []
    assert len(outcome.films) == len({film.external_id for film in outcome.films}) == 4_803
    # One row has no date.
    assert sum(1 for film in outcome.films if film.year is None) == 1
    avatar = outcome.films[0]
    assert (avatar.external_id, avatar.title, avatar.year) == ("19995", "Avatar", 2009)
    assert avatar.genres == ("Action", "Adventure", "Fantasy", "Science Fiction")


def test_imdb_files_are_read_completely(read, real_data):
    outcome = read("imdb", sorted((real_data / "imdb-sample").glob("*.tsv")))
    assert outcome.rejected == []
    assert len(outcome.films) == 14
    assert outcome.progress.skipped == {"short": 1}
    assert {film.directors for film in outcome.films} == {("Christopher Nolan",)}
    inception = by_title(outcome)["Inception"]
    assert (inception.external_id, inception.rating, inception.votes) == (
        "tt1375666",
        8.8,
        2_658_440,
    )


@pytest.mark.parametrize(
    ("name", "file", "count"),
    [
        ("csv", "tmdb/tmdb_5000_movies.csv", 4_803),
        ("csv", "movielens-small/movies.csv", 10_329),
        ("json", "wikipedia/movies-2010s.json", 2_512),
    ],
)
def test_data_set_files_are_readable_as_plain_tables(read, real_data, name, file, count):
    outcome = read(name, [real_data / file])
    assert outcome.rejected == []
    assert len(outcome.films) == count
