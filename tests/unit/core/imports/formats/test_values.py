"""Raw values become a film, or are rejected."""

import pytest

from kinoteka.core.imports.formats.values import Occurrences, film, title_of
from kinoteka.core.imports.record import InvalidValue


def reason(function, *arguments):
    with pytest.raises(InvalidValue) as caught:
        function(*arguments)
    return caught.value.reason.value


def test_original_title_is_stored_only_if_it_differs():
    assert film("1", "Alien", " Alien ").original_title is None
    assert film("1", "Brother", "Брат").original_title == "Брат"


def test_film_without_a_title_is_rejected():
    assert reason(film, "1", " ") == "title_missing"
    for invisible in ("\u3164", "\u2800", "\u034f"):
        assert reason(film, "1", invisible) == "title_missing"


def test_title_and_year_identify_a_film_without_an_id():
    occurrences = Occurrences()
    made = [
        film(None, title, year=year, occurrences=occurrences).external_id
        for title, year in [("Alien", 1979), ("ALIEN", 1979), ("Alien", None), ("Alien", 1979)]
    ]
    assert made == ["alien (1979)", "alien (1979)", "alien ()", "alien (1979)"]


def test_directors_distinguish_films_with_the_same_title_and_year():
    occurrences = Occurrences()
    made = [
        film("N/A", "Anna", year=2019, directors=names, occurrences=occurrences).external_id
        for names in ("Besson", "Hůlová", "Besson", "", "Hůlová", "Third")
    ]
    assert made == [
        *("anna (2019)", "anna (2019) #2", "anna (2019)", "anna (2019)"),
        *("anna (2019) #2", "anna (2019) #3"),
    ]


def test_occurrences_are_numbered():
    occurrences = Occurrences()
    assert [occurrences.numbered(key) for key in "aaba"] == ["a", "a #2", "b", "a #3"]


@pytest.mark.parametrize("title", ["N/A", "NaN", "null", "-", "????", "TBA"])
def test_text_for_no_value_is_a_title(title):
    assert title_of(title) == title


def test_null_of_data_sets_is_no_title():
    assert reason(film, "1", "\\N") == "title_missing"


@pytest.mark.parametrize("nothing", ["\\N", "N/A", "NaN", "null", "-", "–", "????", "TBA"])
def test_text_for_no_value_leaves_every_other_field_empty(nothing):
    fields = dict.fromkeys(
        (
            *("original_title", "year", "description", "rating", "votes", "trailer", "poster"),
            *("genres", "directors", "runtime_minutes"),
        ),
        nothing,
    )
    assert film("7", "Alien", **fields) == film("7", "Alien")


def test_film_with_0_votes_has_no_rating():
    assert film("1", "Alien", rating="7", votes="0").rating is None
    assert film("1", "Alien", rating="7", votes="").rating == 7


def test_ids_of_imdb_and_tmdb_are_among_the_ids():
    made = film("1", "Alien", imdb_id="tt1", tmdb_id=5, ids=(("wikidata", "Q5"),))
    assert made.ids == (("imdb", "tt1"), ("tmdb", "5"), ("wikidata", "Q5"))
