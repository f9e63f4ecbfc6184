"""Objects of well-known services become rows."""

from kinoteka.core.imports.formats.json_shapes import (
    entity_of,
    is_binding,
    merged_bindings,
    row_of,
)
from kinoteka.core.imports.record import Credit


def uri(value):
    return {"type": "uri", "value": f"http://www.wikidata.org/entity/{value}"}


def literal(value, language=None):
    return {"type": "literal", "value": value} | ({"xml:lang": language} if language else {})


def binding(director, genre):
    return {
        "film": uri("Q103569"),
        "filmLabel": literal("Alien", "en"),
        "director": uri(director),
        "directorLabel": literal(f"Name {director}"),
        "genreLabel": literal(genre),
    }


def test_film_of_trakt_is_inside_its_entry():
    entry = {
        "rating": 9,
        "type": "movie",
        "movie": {
            "title": "Alien",
            "year": 1979,
            "rating": 8.1,
            "genres": ["science-fiction"],
            "ids": {"trakt": 295, "slug": "alien-1979", "imdb": "tt0078748", "tmdb": 348},
        },
    }
    row = row_of(entry)
    assert (row.columns["title"], row.columns["rating"]) == ("Alien", 8.1)
    assert (row.columns["id"], row.columns["genres"]) == ("alien-1979", ["Science Fiction"])
    assert row.lists.ids == (("imdb", "tt0078748"), ("tmdb", "348"))


def test_show_of_trakt_has_its_kind():
    entry = {"type": "episode", "show": {"title": "Dark", "ids": {"trakt": 1}}, "episode": {}}
    assert row_of(entry).columns == {"title": "Dark", "kind": "episode"}


def test_adult_film_of_tmdb_is_skipped_unless_wanted():
    film = {"id": 1, "title": "X", "adult": True, "vote_average": 0, "poster_path": None}
    assert row_of(film).skipped == "adult"
    assert row_of(film, adult=True).skipped is None


def test_votes_of_omdb_have_commas_between_thousands():
    assert row_of({"imdbVotes": "1,000"}).columns == {"imdbVotes": "1000"}


def test_other_objects_stay_as_they_are():
    assert row_of({"title": "Alien", "movie": "x"}).columns == {"title": "Alien", "movie": "x"}


def test_bindings_of_one_film_are_merged():
    rows = [binding("Q1", "horror"), binding("Q2", "horror"), binding("Q1", "drama")]
    assert all(map(is_binding, rows))
    assert entity_of(rows[0]) == "film"
    row = merged_bindings(rows)
    assert row.columns == {
        "title": "Alien",
        "director": ["Name Q1", "Name Q2"],
        "genre": ["horror", "drama"],
        "id": "Q103569",
    }
    assert row.lists.ids == (("wikidata", "Q103569"),)
    assert row.lists.titles == (("en", "translation", "Alien"),)
    assert row.lists.credits == (
        Credit("directing", "Name Q1", ids=(("wikidata", "Q1"),)),
        Credit("directing", "Name Q2", ids=(("wikidata", "Q2"),)),
    )


def test_object_without_types_is_no_binding():
    assert not is_binding({"film": {"value": "x"}})
    assert not is_binding({})
