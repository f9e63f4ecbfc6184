"""Rows are mapped to structs by the names of their columns."""

from typing import Any

import msgspec
import pytest

from kinoteka.database.row_mapping import row_mapper


class Genre(msgspec.Struct):
    id: int
    name: str


class Film(msgspec.Struct):
    id: int
    title: str
    hidden: bool
    year: int | None = None


class Card(msgspec.Struct):
    title: str
    genre: Genre
    director: Genre | None


def map_row(target: Any, columns: str, row: tuple[Any, ...], **decoders: Any) -> Any:
    (mapped,) = row_mapper(target, columns.split(), decoders)([row])
    return mapped


def test_column_fills_the_field_of_its_name() -> None:
    assert map_row(Genre, "id name", (7, "Drama")) == Genre(7, "Drama")


def test_field_with_a_default_may_lack_a_column() -> None:
    assert map_row(Film, "id title hidden", (7, "Ran", 0)) == Film(7, "Ran", False)


def test_bool_field_converts_numbers_of_sqlite() -> None:
    assert map_row(Film, "id title hidden year", (7, "Ran", 1, 1985)).hidden is True


def test_nested_struct_takes_the_columns_with_its_prefix() -> None:
    columns = "title genre_id genre_name director_id director_name"
    assert map_row(Card, columns, ("Ran", 1, "War", 2, "Kurosawa")) == Card(
        "Ran", Genre(1, "War"), Genre(2, "Kurosawa")
    )


def test_optional_struct_is_none_when_its_first_column_is_null() -> None:
    columns = "title genre_id genre_name director_id director_name"
    assert map_row(Card, columns, ("Ran", 1, "War", None, None)).director is None


def test_decoder_converts_the_stored_value_of_a_field() -> None:
    assert map_row(Genre, "id name", ("7", "Drama"), id=int) == Genre(7, "Drama")


def test_function_takes_columns_as_its_parameters() -> None:
    def sentence(title: str, genre: Genre, watched: bool) -> str:
        return f"{title}, {genre.name}, {watched}"

    columns = "title genre_id genre_name watched"
    assert map_row(sentence, columns, ("Ran", 1, "War", 1)) == "Ran, War, True"


@pytest.mark.parametrize(
    "columns",
    [
        "name id",
        "id",
        "id name year",
        "id id",
    ],
    ids=["another order", "missing", "additional", "repeated"],
)
def test_mapper_cannot_be_built_when_columns_and_fields_differ(columns: str) -> None:
    with pytest.raises(TypeError, match=r"Genre takes \(id, name\), the columns are"):
        row_mapper(Genre, columns.split(), {})


def test_optional_parameter_before_a_present_column_is_an_error() -> None:
    def late(first: int = 1, second: int = 2) -> int:
        return first + second

    with pytest.raises(TypeError, match="late takes"):
        row_mapper(late, ["second"], {})
