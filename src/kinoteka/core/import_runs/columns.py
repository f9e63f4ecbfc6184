"""The columns of a preview, and the mapping that an operator's choices for them make.

Public operations: preview_columns, columns_key, mapping_of.
"""

import hashlib
from collections.abc import Sequence

import msgspec

from kinoteka.core.imports.preview import Preview
from kinoteka.core.imports.readers import ColumnUse
from kinoteka.errors import field_invalid


class PreviewColumns(msgspec.Struct, frozen=True):
    """The chosen field of each column, or "", and the key of the columns that were shown."""

    key: str
    fields: tuple[str, ...]


def preview_columns(preview: Preview) -> list[ColumnUse]:
    """Return the columns of all files that can have a field. Equal names are one column."""
    columns: dict[str, ColumnUse] = {}
    for part in preview.parts:
        for use in part.recognition.columns if part.recognition else ():
            if use.reason != "repeated":
                columns.setdefault(use.name, use)
    return list(columns.values())


def columns_key(columns: Sequence[ColumnUse]) -> str:
    """Return a text that changes with the names of the columns."""
    return hashlib.sha256("\n".join(use.name for use in columns).encode()).hexdigest()[:16]


def mapping_of(
    columns: Sequence[ColumnUse], chosen: PreviewColumns, mapping: Sequence[str]
) -> tuple[str, ...]:
    """Return the mapping (`field=column`) with the choices that differ from the columns' fields.

    Choices for other columns are ignored. Raise DomainError(FIELD_INVALID) if a field is chosen
    for two columns.
    """
    if chosen.key != columns_key(columns) or len(chosen.fields) != len(columns):
        return tuple(mapping)
    fields = [field for field in chosen.fields if field]
    if len({*fields}) < len(fields):
        raise field_invalid("mapping", "column_repeated")
    entries = dict(_entry(pair) for pair in mapping)
    changed = [
        (use, field)
        for use, field in zip(columns, chosen.fields, strict=True)
        if field != (use.field or "")
    ]
    for use, _ in changed:
        for field in (use.field, *use.further):
            if field:
                entries[field] = ""
    entries |= {field: use.name for use, field in changed if field}
    return tuple(f"{field}={column}" for field, column in entries.items())


def _entry(pair: str) -> tuple[str, str]:
    field, _, column = pair.partition("=")
    return field.strip(), column.strip()
