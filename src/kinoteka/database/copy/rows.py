"""Rows as they travel: tuples of plain values, the same from either engine, and their digest."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Boolean, Table

from kinoteka.database.schema import key_fingerprints, metadata, revisions

Rows = Sequence[tuple[Any, ...]]

# In the order in which they refer to each other. Revisions and fingerprints of keys are no content:
# each side has its own.
TABLES: tuple[Table, ...] = tuple(
    table for table in metadata.sorted_tables if table not in (revisions, key_fingerprints)
)
WITH_IDS: tuple[Table, ...] = tuple(table for table in TABLES if "id" in table.c)
BATCH = 5_000
"""Rows that are in memory at a time."""


class Digest(NamedTuple):
    """How many rows there are, and what they add up to (SHA-256)."""

    rows: int
    digest: bytes

    @classmethod
    def of(cls, batches: Iterable[Rows]) -> "Digest":
        """The digest of rows in their order, however they are cut into batches."""
        encode = msgspec.msgpack.Encoder().encode
        digest, count = hashlib.sha256(), 0
        for batch in batches:
            digest.update(b"".join([encode(row) for row in batch]))
            count += len(batch)
        return cls(count, digest.digest())


def in_key_order(table: Table) -> str:
    """The query for all rows of a table in the order of its primary key.

    Texts compare by code points on both engines (`schema.Text`), so it is the same order.
    """
    key = ", ".join(f'"{column.name}"' for column in table.primary_key)
    return f'SELECT {columns_of(table)} FROM "{table.name}" ORDER BY {key}'


def columns_of(table: Table) -> str:
    """The names of a table's columns, as they stand in a statement."""
    return ", ".join(f'"{column.name}"' for column in table.columns)


def with_booleans(table: Table, batches: Iterable[Rows]) -> Iterator[Rows]:
    """Rows of SQLite, which has 0 and 1 for booleans.

    Raises:
        ValueError: something else stands there.
    """
    places = {i for i, column in enumerate(table.columns) if isinstance(column.type, Boolean)}
    for batch in batches:
        if not places:
            yield batch
        else:
            yield [
                tuple(_boolean(value) if i in places else value for i, value in enumerate(row))
                for row in batch
            ]


def _boolean(value: int | None) -> bool | None:
    if value not in (0, 1, None):
        raise ValueError(f"{value!r} is no boolean")
    return None if value is None else bool(value)
