"""Films of TMDB's API become rows with ids, titles and credits."""

from kinoteka.core.imports.formats import tmdb_objects
from kinoteka.core.imports.record import Credit

ALIEN = {
    "id": 348,
    "title": "Alien",
    "genre_ids": [27, 878, 1],
    "vote_average": 8.2,
    "poster_path": "/x.jpg",
    "external_ids": {"imdb_id": "tt0078748", "wikidata_id": "Q103569"},
    "translations": {"translations": [{"iso_639_1": "ru", "data": {"title": " Чужой "}}, {}]},
    "alternative_titles": {"titles": [{"iso_3166_1": "PL", "title": "Obcy"}]},
    "credits": {
        "cast": [{"id": 10205, "name": "Sigourney Weaver", "character": "Ripley"}, {"name": ""}],
        "crew": [
            {"id": 1, "name": "Dan O'Bannon", "job": "Screenplay", "department": "Writing"},
            {"id": 578, "name": "Ridley Scott", "job": "Director", "department": "Directing"},
            {"id": 2, "name": "Derek Vanlint", "job": "Camera", "department": "Camera"},
        ],
    },
}


def test_film_of_tmdb_is_recognised():
    assert tmdb_objects.is_film(ALIEN)
    assert not tmdb_objects.is_film({"title": "Alien", "vote_average": 8})


def test_columns_have_names_and_addresses():
    columns = tmdb_objects.columns(ALIEN)
    assert columns["genres"] == ["Horror", "Science Fiction"]
    assert columns["poster"] == "https://image.tmdb.org/t/p/w342/x.jpg"
    assert columns["directors"] == ["Ridley Scott"]


def test_lists_have_ids_titles_and_credits():
    lists = tmdb_objects.lists(ALIEN)
    assert lists.ids == (("tmdb", "348"), ("imdb", "tt0078748"), ("wikidata", "Q103569"))
    assert lists.titles == (("ru", "translation", "Чужой"), ("", "alternative", "Obcy"))
    assert lists.credits == (
        Credit("directing", "Ridley Scott", "Director", (("tmdb", "578"),)),
        Credit("writing", "Dan O'Bannon", "Screenplay", (("tmdb", "1"),)),
        Credit("acting", "Sigourney Weaver", "Ripley", (("tmdb", "10205"),)),
    )


def test_credits_are_limited():
    cast = [{"name": f"Actor {number}"} for number in range(30)]
    assert len(tmdb_objects.credits_of(cast, [])) == 15


def test_malformed_lists_are_ignored():
    lists = tmdb_objects.lists({"id": 1, "credits": [], "translations": {"translations": "x"}})
    assert (lists.titles, lists.credits) == ((), ())


def test_poster_without_a_path_has_no_address():
    assert tmdb_objects.poster_url(None) is None
    assert tmdb_objects.poster_url("x.jpg") is None
