"""Rows become films with ids, further titles, countries and credits."""

import pytest

from kinoteka.core.imports.readers import KINDS
from kinoteka.core.imports.record import Credit


@pytest.fixture
def films(read_text):
    return lambda content, **options: read_text("csv", content, **options).films


def test_ids_are_read_from_their_columns_and_addresses(films):
    (film,) = films(
        "id;title;imdbID;tmdb_id;kinopoisk_id;url\n"
        "a;Alien;78748;348;386;https://www.wikidata.org/wiki/Q103569\n"
    )
    assert (film.external_id, film.imdb_id, film.tmdb_id) == ("a", "tt0078748", 348)
    assert film.ids == (
        *(("imdb", "tt0078748"), ("tmdb", "348"), ("kinopoisk", "386"), ("wikidata", "Q103569")),
    )


def test_titles_in_other_languages_are_read(films):
    (film,) = films("title,title_ru,titleFr,title (de)\nAlien,Чужой,N/A,Alien\n")
    assert film.titles == (("ru", "translation", "Чужой"), ("de", "translation", "Alien"))


def test_countries_become_codes(films):
    (film,) = films('title,Country\nAlien,"UK, United States, Neverland"\n')
    assert film.countries == ("GB", "US")


def test_credits_are_read_and_directors_are_among_them(films):
    (film,) = films("title;director;writers;actors\nAlien;Ridley Scott;Dan O'Bannon;A, B\n")
    assert film.directors == ("Ridley Scott",)
    assert film.credits == (
        Credit("directing", "Ridley Scott"),
        Credit("writing", "Dan O'Bannon"),
        Credit("acting", "A"),
        Credit("acting", "B"),
    )


def test_directors_alone_make_no_credits(films):
    (film,) = films("title,director\nAlien,Ridley Scott\n")
    assert film.credits == ()


def test_credits_are_limited(films):
    names = "|".join(f"Actor {number}" for number in range(20))
    (film,) = films(f"title;cast\nAlien;{names}\n")
    assert len(film.credits) == 15


@pytest.mark.parametrize("kinds", [frozenset({"series"}), frozenset(KINDS)])
def test_named_kinds_are_imported_and_others_counted(read_text, kinds):
    table = "title,type\nAlien,movie\nDark,TV Series\nDisc,Blu-ray\n"
    outcome = read_text("csv", table)
    assert outcome.titles == ["Alien", "Disc"]
    assert outcome.progress.skipped == {"series": 1}
    assert "Dark" in read_text("csv", table, kinds=kinds).titles


def test_rating_is_converted_to_a_scale_of_10(films):
    (film,) = films("title,rating\nAlien,87\n", scale=100.0)
    assert film.rating == 8.7


def test_turned_titles_are_put_in_order(films):
    first, second = films(
        'title,year\n"4th Man, The (De vierde man) (1983)",\n'
        '"Am&eacute;lie &amp; Co. (2001)",2002\n'
    )
    assert (first.title, first.original_title, first.year) == ("The 4th Man", "De vierde man", 1983)
    assert first.titles == (("", "alternative", "De vierde man"),)
    assert (second.title, second.year) == ("Amélie & Co.", 2002)


def test_title_in_brackets_stays_where_few_titles_have_years(films):
    titles = [film.title for film in films("title\nAlien (1979)\nHeat\nUp\n")]
    assert titles == ["Alien (1979)", "Heat", "Up"]
