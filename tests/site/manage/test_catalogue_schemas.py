"""Queries and forms of films and imports."""

import msgspec

from kinoteka.core.catalogue.model import FIELDS, FilmAccess, FilmFields
from kinoteka.core.film_editing.model import EditableFilm
from kinoteka.site.manage.catalogue_schemas import FilmsQuery, ImportForm, lines
from kinoteka.site.manage.film_forms import FilmForm

OPEN = FilmAccess(1, "Ran", None, None, hidden=False, label_lost=False)


def test_form_values_round_trip() -> None:
    lists = {"genres": ("War", "Drama, of sorts"), "directors": ("A", "B")}
    numbers = {"year": 1985, "rating": 8.0, "runtime_minutes": 162}
    texts = {"title": "Ran", "description": ""}
    fields = msgspec.convert(dict.fromkeys(FIELDS) | numbers | texts | lists, FilmFields)
    typed = FilmForm.from_film(EditableFilm(1, fields, (), 0, OPEN)).values()
    assert (typed["year"], typed["rating"], typed["poster"]) == ("1985", "8", "")
    assert typed["runtime_minutes"] == "162"
    assert (typed["genres"], typed["directors"]) == tuple(lists.values())


def test_blank_filters_are_ignored() -> None:
    assert FilmsQuery(q=" ", label="").film_query() == FilmsQuery().film_query()
    options = ImportForm(source=" ", mapping="\n \n").options()
    assert (options.format, options.source, options.mapping) == (None, None, ())


def test_blank_lines_are_dropped() -> None:
    assert lines(" a \r\n\r\nb\n") == ("a", "b")
