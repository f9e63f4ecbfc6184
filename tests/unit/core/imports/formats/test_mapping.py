"""Columns are mapped to fields by the operator or by name."""

import inspect

import pytest

from kinoteka.core.imports.formats import values
from kinoteka.core.imports.formats.mapping import (
    FIELDS,
    columns_by_field,
    further_columns,
    language_of_title,
    parse_mapping,
    value_at,
)
from kinoteka.core.imports.record import FormatError


def mapped(columns, *pairs):
    found = zip(FIELDS, columns_by_field(columns, parse_mapping(pairs)), strict=True)
    return {field: column for field, column in found if column}


def test_columns_are_found_by_name_ignoring_case_and_spaces():
    columns = ["ID", "Title", "Original Title", "release-date", "Overview", "vote_average"]
    assert mapped(columns) == dict(zip(FIELDS, columns, strict=False))


@pytest.mark.parametrize(
    ("column", "field"),
    [
        *(("imdbID", "id"), ("Num. Votes", "votes"), ("ReleaseDate", "year"), ("Const", "id")),
        *(("VOTE-AVERAGE", "rating"), ("Runtime (mins)", "runtime_minutes"), ("Год", "year")),
    ],
)
def test_columns_are_found_whatever_their_case_spaces_dashes_and_dots(column, field):
    assert mapped(["title", column])[field] == column


@pytest.mark.parametrize(
    ("column", "language"),
    [
        *(("title_ru", "ru"), ("titleFr", "fr"), ("de-title", "de"), ("Title (uk)", "uk")),
        *(("title", None), ("title_id", None), ("titleType", None), ("title_xx", None)),
    ],
)
def test_language_of_a_title_is_part_of_the_columns_name(column, language):
    assert language_of_title(column) == language


def test_further_columns_are_found_by_name():
    found = further_columns(["title", "tconst", "Actors", "Title Type", "title_ru"], {})
    assert found == {
        "imdb_id": "tconst",
        "kind": "Title Type",
        "cast": "Actors",
        "title_ru": "title_ru",
    }


def test_further_fields_can_be_mapped():
    mapping = parse_mapping(["country=Land", "title_ru=Название", "kind="])
    assert further_columns(["title", "Land", "type"], mapping) == {
        "countries": "Land",
        "title_ru": "Название",
    }


def test_path_leads_to_a_nested_value():
    row = {"rating": {"count": 5}, "cast": [{"name": "A"}], "a.b": 1}
    assert [value_at(row, path) for path in ("rating.count", "cast.0.name", "a.b")] == [5, "A", 1]
    assert value_at(row, "rating.mean") is None
    assert value_at(row, "cast.9") is None
    assert value_at(row, "rating.count.x") is None


def test_singular_and_plural_names_are_equivalent():
    assert mapped(["title", "Genre", "Director"])["genres"] == "Genre"
    assert mapped(["title", "genres", "directors"])["directors"] == "directors"


def test_field_name_takes_precedence_over_aliases():
    assert mapped(["release_date", "year"]) == {"year": "year"}


def test_mapping_of_the_operator_takes_precedence():
    columns = ["name", "title", "Release Date", "Kind"]
    assert mapped(columns, "title=name", "year=release date", "genre=Kind") == {
        "title": "name",
        "year": "Release Date",
        "genres": "Kind",
    }
    assert mapped(columns, "poster=cover")["poster"] == "cover"
    assert "year" not in mapped(columns, "year=")


@pytest.mark.parametrize("pair", ["", "title", "colour=Colour", "=Title"])
def test_invalid_mapping_is_rejected(pair):
    with pytest.raises(FormatError) as caught:
        parse_mapping(["year=Year", pair])
    assert caught.value.code == "mapping_invalid"
    assert caught.value.parameters["pair"] == pair


def test_field_cannot_be_mapped_twice():
    with pytest.raises(FormatError):
        parse_mapping(["genre=A", "genres=B"])


def test_fields_are_in_the_order_of_the_parameters_of_film():
    parameters = [*inspect.signature(values.film).parameters]
    assert ["external_id", *FIELDS[1:]] == parameters[: len(FIELDS)]
