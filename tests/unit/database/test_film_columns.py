"""The columns of staged and stored films derive from the schema."""

import pytest

from kinoteka.core.catalogue.model import FACTS
from kinoteka.core.imports.formats.values import film
from kinoteka.core.imports.record import FilmRecord
from kinoteka.database.film_columns import (
    NAMES,
    NEW_COLUMNS,
    NEW_FIELDS,
    STORED,
    assigned,
    create_staged_films,
    listed,
)
from kinoteka.database.schema import FILM_FACTS

FILM = film("1", "Alien")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_every_fact_of_a_film_has_a_staged_column(dialect: str) -> None:
    statement = create_staged_films(dialect, "staged")
    for name in FACTS:
        assert f"\t{name} " in statement


def test_staged_columns_are_the_fields_of_a_record_without_its_lists() -> None:
    lists = {"genres", "directors", "ids", "titles", "countries", "credits"}
    among_ids = {"imdb_id", "tmdb_id"}
    assert {*NAMES[1:-4]} == {*FilmRecord.__struct_fields__} - lists - among_ids
    assert {*STORED} <= {*NAMES}


def test_schema_and_struct_have_the_same_facts_in_the_same_order() -> None:
    assert FILM_FACTS == FACTS


def test_new_fields_of_the_fingerprint_are_columns_of_a_film_or_lists() -> None:
    assert {*NEW_COLUMNS} <= {*STORED}
    lists = {name for name in NEW_FIELDS if isinstance(getattr(FILM, name), tuple)}
    assert {*NEW_FIELDS} - lists == {*NEW_COLUMNS}


def test_column_names_are_formatted_for_lists_and_assignments() -> None:
    assert listed(("a", "b")) == "a, b"
    assert assigned(("a", "b"), "new") == "a = new.a, b = new.b"
