"""Rows as tuples of plain values, equal for both engines, and their digest."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Boolean, Table

from kinoteka.database.schema import key_fingerprints, metadata, revisions

Rows = Sequence[tuple[Any, ...]]

# Referenced tables come first. Revisions and fingerprints of keys are not copied, because each
# installation has its own.
TABLES: tuple[Table, ...] = tuple(
    table for table in metadata.sorted_tables if table not in (revisions, key_fingerprints)
)
WITH_IDS: tuple[Table, ...] = tuple(table for table in TABLES if "id" in table.c)
BATCH = 5_000
"""The number of rows in memory at a time."""


class Digest(NamedTuple):
    """The number of rows and their SHA-256 digest."""

    rows: int
    digest: bytes

    @classmethod
    def of(cls, batches: Iterable[Rows]) -> "Digest":
        """Return the digest of rows in their order. It does not depend on the size of batches."""
        encode = msgspec.msgpack.Encoder().encode
        digest, count = hashlib.sha256(), 0
        for batch in batches:
            digest.update(b"".join([encode(row) for row in batch]))
            count += len(batch)
        return cls(count, digest.digest())


def in_key_order(table: Table) -> str:
    """Return the query for all rows of a table in the order of its primary key.

    Both engines compare text by code points (`schema_columns.Text`), so the order is the same.
    """
    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
    return f'SELECT {columns_of(table)} FROM "{table.name}" ORDER BY {key}'


def columns_of(table: Table) -> str:
    """Return the quoted names of a table's columns, separated by commas."""
    return ", ".join(f'"{column.name}"' for column in table.columns)


def with_booleans(table: Table, batches: Iterable[Rows]) -> Iterator[Rows]:
    """Convert SQLite's 0 and 1 to booleans.

    Raises:
        ValueError: a boolean column has another value.
    """
    positions = {i for i, column in enumerate(table.columns) if isinstance(column.type, Boolean)}
    for batch in batches:
        if not positions:
            yield batch
        else:
            yield [
                tuple(_boolean(value) if i in positions else value for i, value in enumerate(row))
                for row in batch
            ]


def _boolean(value: int | None) -> bool | None:
    if value not in (0, 1, None):
        raise ValueError(f"{value!r} is no boolean")
    return None if value is None else bool(value)
