"""Ids on other sites are read from ids, numbers and addresses."""

import pytest

from kinoteka.core.imports.formats.identifiers import id_of, id_of_page, kind_of_ids, unique_ids


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("imdb", "tt0078748", "tt0078748"),
        ("imdb", 78748, "tt0078748"),
        ("imdb", "https://www.imdb.com/title/tt0078748/?ref=x", "tt0078748"),
        ("imdb", "alien", None),
        ("tmdb", 348.0, "348"),
        ("tmdb", "https://www.themoviedb.org/movie/348-alien", "348"),
        ("tmdb", 0, None),
        ("kinopoisk", "https://www.kinopoisk.ru/film/386/", "386"),
        ("wikidata", "http://www.wikidata.org/entity/Q103569", "Q103569"),
        ("letterboxd", "https://boxd.it/2a9q", "2a9q"),
        ("letterboxd", "https://letterboxd.com/film/alien/", "alien"),
        ("tmdb", True, None),
        ("imdb", None, None),
        ("imdb", "", None),
    ],
)
def test_id_is_read(kind, value, expected):
    assert id_of(kind, value) == expected


def test_page_of_a_film_has_a_kind_and_an_id():
    assert id_of_page("https://www.imdb.com/title/tt0078748/") == ("imdb", "tt0078748")
    assert id_of_page("https://example.org/film/1") is None
    assert id_of_page(7) is None


def test_kind_of_a_column_of_ids_is_recognised():
    assert kind_of_ids(["tt0078748", "tt0113277"]) == "imdb"
    assert kind_of_ids(["Q103569"]) == "wikidata"
    assert kind_of_ids(["https://boxd.it/a", "https://boxd.it/b"]) == "letterboxd"
    assert kind_of_ids(["1", "2"]) is None
    assert kind_of_ids([]) is None


def test_first_id_of_a_kind_counts():
    assert unique_ids([("imdb", None), ("imdb", "tt1"), ("imdb", "tt2")]) == (("imdb", "tt1"),)
