"""The registry of references covers the schema."""

import pytest
from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint

from kinoteka.core.film_merging.references import OF_TABLE, UNTOUCHED, Reference, Treatment
from kinoteka.database.schema import metadata

UNIQUE = (PrimaryKeyConstraint, UniqueConstraint)
REFERRING = {"film_id", "other_id", "genre_id", "director_id", "person_id", "subject_id", "old_id"}
"""The names of columns that hold ids of films, genres or people."""
ALL = [(name, each) for name, references in OF_TABLE.items() for each in references]


def foreign_keys(target: str) -> set[str]:
    """Return the columns (table.column) with a foreign key to the ids of a table."""
    return {
        f"{table.name}.{key.parent.name}"
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.target_fullname == f"{target}.id"
    }


def name_of(reference: Reference) -> str:
    return f"{reference.table}.{reference.column}"


@pytest.mark.parametrize("target", OF_TABLE)
def test_every_foreign_key_is_registered(target: str) -> None:
    registered = {name_of(each) for each in OF_TABLE[target]}
    missing = foreign_keys(target) - registered
    assert not missing, "say in core/film_merging/references.py how a merge treats them"


def test_every_other_column_with_such_ids_is_registered() -> None:
    registered = {name_of(each) for _, each in ALL} | {name_of(each) for each in UNTOUCHED}
    found = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.name in REFERRING
    }
    assert found <= registered


def test_registered_columns_exist() -> None:
    for each in (*(each for _, each in ALL), *UNTOUCHED):
        columns = metadata.tables[each.table].c
        assert {each.column, *each.present_by, *each.known_by} <= set(columns.keys()), each


def test_each_reference_is_registered_once() -> None:
    names = [name_of(each) for _, each in ALL] + [name_of(each) for each in UNTOUCHED]
    assert len(names) == len(set(names))


def test_rows_of_a_unique_key_with_the_column_move_only_unless_present() -> None:
    """Otherwise the key would reject a row that the survivor has, too."""
    for _, each in ALL:
        table = metadata.tables[each.table]
        unique = [key.columns for key in table.constraints if isinstance(key, UNIQUE)]
        unique += [index.columns for index in table.indexes if index.unique]
        if each.treatment is Treatment.MOVE:
            assert not any(each.column in columns for columns in unique), each
