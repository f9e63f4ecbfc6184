"""The values of the two films that a film is split into."""

from kinoteka.core.catalogue.model import FilmAccess, FilmFields
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.film_splitting.values import divide

ACCESS = FilmAccess(1, "Edited", None, None, hidden=False, label_lost=False)


def film(*locked: str) -> EditableFilm:
    fields = FilmFields("Edited", None, "", 1999, None, None, None, None, ("Drama",), ())
    return EditableFilm(1, fields, (), votes=0, access=ACCESS, locked=locked)


def test_each_side_has_the_values_of_its_first_source_with_one() -> None:
    first = {"title": "Alien", "year": 1979, "votes": 3, "rating": 8.0}
    second = {"title": "Чужой", "description": "In space.", "votes": 5}
    other = {"title": "Aliens", "genres": ["Action"], "directors": ["James Cameron"], "votes": 9}
    found = divide(film(), leaving=[other], staying=[first, second])
    assert (found.staying.title, found.staying.description) == ("Alien", "In space.")
    assert (found.staying.rating, found.votes_staying) == (None, 5)
    assert (found.leaving.title, found.leaving.genres) == ("Aliens", ("Action",))
    assert (found.leaving.directors, found.votes_leaving) == (("James Cameron",), 9)
    assert (found.leaving.year, found.leaving.description) == (None, "")


def test_locked_fields_stay_with_the_film() -> None:
    locked = film("title", "cast")
    found = divide(locked, leaving=[{"title": "B"}], staying=[{"title": "A", "year": 2001}])
    assert (found.staying.title, found.staying.year) == ("Edited", 2001)
    assert found.leaving.title == "B"


def test_ids_of_both_sides_stay_with_the_film() -> None:
    shared, own = ["imdb", "tt1"], ["tmdb", "5"]
    leaving = {"title": "B", "ids": [shared, own]}
    found = divide(film(), leaving=[leaving], staying=[{"title": "A", "ids": [shared]}])
    assert found.ids_leaving == (("tmdb", "5"),)
