"""The records of sources that merges store."""

import msgspec

from kinoteka.core.catalogue.model import FilmAccess, FilmFields
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.core.film_merging.records import record_of


def film(**values: object) -> EditableFilm:
    """Return a film with these fields, and without values in the others."""
    empty = dict.fromkeys(
        ("original_title", "year", "rating", "runtime_minutes", "trailer", "poster")
    )
    texts = {"title": "Alien", "description": "", "genres": (), "directors": ()}
    fields = msgspec.convert(empty | texts | values, FilmFields)
    access = FilmAccess(1, "Alien", None, None, hidden=False, label_lost=False)
    return EditableFilm(1, fields, (), votes=0, access=access)


def test_record_has_the_fields_with_a_value() -> None:
    record = record_of(
        film(year=1979, genres=["Horror"]), [("imdb", "tt0078748")], {"countries": ["GB"]}
    )
    assert msgspec.json.decode(record) == {
        "title": "Alien",
        "year": 1979,
        "genres": ["Horror"],
        "ids": [["imdb", "tt0078748"]],
        "countries": ["GB"],
    }


def test_record_of_a_film_without_values_has_its_title() -> None:
    assert msgspec.json.decode(record_of(film(), [], {})) == {"title": "Alien"}
