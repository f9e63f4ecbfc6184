"""Addresses of films on other sites."""

from kinoteka.site.films.links import links_of


def test_known_sites_are_linked_in_their_order():
    ids = {"wikidata": "Q1", "kinopoisk": "301", "tmdb": "603", "imdb": "tt0133093"}
    assert [each.name for each in links_of(ids)] == ["IMDb", "TMDB", "Kinopoisk", "Wikidata"]
    assert links_of(ids)[0].address == "https://www.imdb.com/title/tt0133093/"


def test_malformed_and_unknown_ids_are_not_linked():
    assert links_of({"imdb": "tt1/../x", "own": "7", "tmdb": "6 03"}) == []
