"""The mapping that an operator's choices for columns make."""

import pytest

from kinoteka.core.import_runs.columns import (
    PreviewColumns,
    columns_key,
    mapping_of,
    preview_columns,
)
from kinoteka.core.imports.preview import PartPreview, Preview
from kinoteka.core.imports.readers import ColumnUse, Recognition
from kinoteka.errors import DomainError

COLUMNS = [
    ColumnUse("tconst", "id", "name", ("imdb_id",)),
    ColumnUse("Name", "title", "name"),
    ColumnUse("Mood", None, "unknown"),
]


def mapped(*fields, mapping=(), key=None):
    return mapping_of(COLUMNS, PreviewColumns(key or columns_key(COLUMNS), fields), mapping)


def test_unchanged_choices_make_no_mapping():
    assert mapped("id", "title", "") == ()
    assert mapped("id", "title", "", mapping=["votes=Stimmen"]) == ("votes=Stimmen",)


def test_column_that_is_left_alone_fills_none_of_its_fields():
    assert mapped("", "title", "") == ("id=", "imdb_id=")


def test_field_moves_to_another_column():
    assert mapped("id", "", "title") == ("title=Mood",)
    assert mapped("id", "original_title", "title") == ("title=Mood", "original_title=Name")


def test_field_of_two_columns_is_rejected():
    with pytest.raises(DomainError) as caught:
        mapped("id", "title", "title")
    assert caught.value.parameters == {"field": "mapping", "reason": "column_repeated"}


def test_choices_for_other_columns_are_ignored():
    assert mapped("", "", "", key="0") == ()
    assert mapped("", "", mapping=["title=Name"]) == ("title=Name",)


def test_equal_columns_of_several_files_are_one_column():
    repeated = ColumnUse("Name", None, "repeated")
    first = Recognition(path="a", columns=tuple(COLUMNS[1:]))
    second = Recognition(path="b", columns=(COLUMNS[1], repeated))
    parts = (
        PartPreview(paths=("a",), recognition=first),
        PartPreview(paths=("b",), recognition=second),
        PartPreview(paths=("c",)),
    )
    found = preview_columns(Preview(format="csv", source="a", parts=parts))
    assert found == COLUMNS[1:]
