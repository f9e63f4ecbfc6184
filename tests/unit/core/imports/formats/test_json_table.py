"""Films are read from JSON Lines, arrays, wrapped arrays and objects of services."""

import json

import pytest

from kinoteka.core.imports.formats.json_table import check_json_arrays
from kinoteka.core.imports.record import FormatError


def test_nested_values_are_read_by_paths(read_text):
    objects = [{"title": "Alien", "rating": {"mean": 8.5, "count": 900}, "crew": [{"name": "RS"}]}]
    mapping = {"votes": "rating.count", "rating": "rating.mean", "directors": "crew.0.name"}
    outcome = read_text("json", json.dumps(objects), mapping=mapping)
    (film,) = outcome.films
    assert (film.rating, film.votes, film.directors) == (8.5, 900, ("RS",))
    (recognised,) = outcome.progress.recognised
    assert ("rating.count", "votes") in {(use.name, use.field) for use in recognised.used}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("key", ["results", "items", None])
def test_array_under_a_key_and_single_object_are_read(read_text, key, indent):
    film = {"title": "Alien", "year": 1979}
    document = {"page": 1, key: [film]} if key else film
    (found,) = read_text("json", json.dumps(document, indent=indent)).films
    assert (found.title, found.year) == ("Alien", 1979)


def test_answer_of_tmdb_is_read_with_its_ids(read_text):
    film = {
        "id": 348,
        "title": "Alien",
        "release_date": "1979-05-25",
        "vote_average": 8.2,
        "vote_count": 15000,
        "genre_ids": [27],
        "overview": "-",
        "poster_path": None,
        "production_countries": [{"iso_3166_1": "GB", "name": "United Kingdom"}],
    }
    (alien,) = read_text("json", json.dumps({"page": 1, "results": [film]})).films
    assert (alien.external_id, alien.tmdb_id, alien.rating, alien.votes) == ("348", 348, 8.2, 15000)
    assert (alien.description, alien.poster, alien.genres) == ("", None, ("Horror",))
    assert alien.countries == ("GB",)


def test_answer_of_omdb_is_read_with_its_ids_and_its_series_are_skipped(read_text):
    film = {
        "Title": "S",
        "Year": "2003",
        "Runtime": "94 min",
        "Director": "Ann, Bo",
        "Plot": "N/A",
        "Poster": "N/A",
        "imdbRating": "7.1",
        "imdbVotes": "1,000",
        "imdbID": "tt0000003",
        "Type": "movie",
    }
    series = {**film, "Year": "2004–2009", "imdbID": "tt0000004", "Type": "series"}
    outcome = read_text("json", json.dumps([film, series]))
    (found,) = outcome.films
    assert (found.external_id, found.imdb_id, found.votes) == ("tt0000003", "tt0000003", 1000)
    assert (found.runtime_minutes, found.poster, found.directors) == (94, None, ("Ann", "Bo"))
    assert outcome.progress.skipped == {"series": 1}


def test_bindings_of_one_film_become_one_film(read_text):
    def row(director):
        return {
            "item": {"type": "uri", "value": "http://www.wikidata.org/entity/Q5"},
            "itemLabel": {"type": "literal", "value": "Twins"},
            "date": {"type": "literal", "value": "1999-01-01T00:00:00Z"},
            "directorLabel": {"type": "literal", "value": director},
        }

    bindings = {"results": {"bindings": [row("Ann"), row("Bo")]}}
    (film,) = read_text("json", json.dumps(bindings)).films
    assert (film.external_id, film.title, film.year) == ("Q5", "Twins", 1999)
    assert (film.directors, film.ids) == (("Ann", "Bo"), (("wikidata", "Q5"),))


def test_adult_film_of_tmdb_is_skipped_and_counted(read_text):
    film = {"id": 1, "title": "X", "adult": True, "vote_average": 0, "poster_path": None}
    assert read_text("jsonl", json.dumps(film)).progress.skipped == {"adult": 1}
    assert read_text("jsonl", json.dumps(film), adult=True).titles == ["X"]


def test_json_in_another_encoding_is_read(read_text):
    content = json.dumps([{"title": "Брат"}], ensure_ascii=False).encode("utf-16")
    outcome = read_text("json", content)
    assert outcome.titles == ["Брат"]
    assert outcome.progress.recognised[0].encoding == "utf-16"


def test_ids_are_recognised_by_content_in_objects_with_other_keys(read_text):
    lines = '{"title": "Alien", "ref": "tt0078748"}\n{"ref": "tt0113277", "title": "Heat"}\n'
    ids = [film.imdb_id for film in read_text("jsonl", lines).films]
    assert ids == ["tt0078748", "tt0113277"]


def test_scale_is_recognised_in_objects(read_text):
    lines = "".join(
        json.dumps({"title": f"Film {number}", "rating": stars}) + "\n"
        for number, stars in enumerate([4.5, 5, 3, 2.5] * 5)
    )
    assert [film.rating for film in read_text("jsonl", lines).films][:4] == [9, 10, 6, 5]


def test_file_without_an_array_is_rejected(tmp_path):
    path = tmp_path / "films.json"
    path.write_text('{"title": "Alien"}')
    with pytest.raises(FormatError) as caught:
        check_json_arrays([path])
    assert caught.value.code == "not_a_json_array"
